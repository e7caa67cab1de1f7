using Microservices.Gateway.Tokens;

namespace Microservices.Gateway.Resume;

/// <summary>What a resume ticket says: who may go on, and which epoch the claim expects.</summary>
/// <param name="Device">As the client named it; may be empty.</param>
/// <param name="Token">The signed token that the session goes by, which ends the ticket too; null = none.</param>
internal sealed record ResumeTicket(string App, string User, string Device, ulong Epoch, TokenTimes? Token = null);
