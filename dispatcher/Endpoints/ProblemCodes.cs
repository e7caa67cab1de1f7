using Microservices.Hosting.Problems;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>The codes of proto/codes.csv that the dispatcher answers with.</summary>
internal static class ProblemCodes
{
    public static readonly ProblemCode InvalidArgument = new(4506, "invalid_argument", 400, "The request has a fault.");
    public static readonly ProblemCode NotFound = new(4515, "not_found", 404, "There is no such thing.");
    public static readonly ProblemCode RateLimited = new(4511, "rate_limited", 429, "Requests come too fast.");
    public static readonly ProblemCode InternalError = new(3005, "internal_error", 500, "A fault of the server.");
    public static readonly ProblemCode Unavailable = new(3504, "unavailable", 503, "There is no gateway to name.");

    public static readonly IReadOnlyList<ProblemCode> All = [InvalidArgument, NotFound, RateLimited, InternalError, Unavailable];
}
