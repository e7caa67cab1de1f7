namespace Microservices.Dispatcher.Endpoints;

/// <summary>The codes of proto/codes.csv that the dispatcher answers with.</summary>
internal sealed record ProblemCode(string Name, int HttpStatus, string Title)
{
    public static readonly ProblemCode InvalidArgument = new("invalid_argument", 400, "The request has a fault.");
    public static readonly ProblemCode NotFound = new("not_found", 404, "There is no such thing.");
    public static readonly ProblemCode RateLimited = new("rate_limited", 429, "Requests come too fast.");
    public static readonly ProblemCode InternalError = new("internal_error", 500, "A fault of the server.");
    public static readonly ProblemCode Unavailable = new("unavailable", 503, "There is no gateway to name.");

    public static readonly IReadOnlyList<ProblemCode> All = [InvalidArgument, NotFound, RateLimited, InternalError, Unavailable];
}
