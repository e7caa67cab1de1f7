using Microservices.Protocol;

namespace Microservices.Client.Messages;

/// <summary>A request failed; the connection goes on.</summary>
/// <param name="Command">The command that failed.</param>
/// <param name="Id">The id of the request; empty when it had none.</param>
/// <param name="Code">Why.</param>
/// <param name="Reason">The name of the code.</param>
/// <param name="Message">For people.</param>
/// <param name="RetryAfter">When to try again; zero = not named.</param>
public sealed record ServerError(Command Command, string Id, Code Code, string Reason, string Message, TimeSpan RetryAfter);
