namespace Microservices.Register.Sessions;

/// <summary>One session that a room must close.</summary>
/// <param name="Message">Said to the client.</param>
internal readonly record struct CloseNotice(ulong Incarnation, ulong Session, ulong Epoch, CloseCode Code, string Message);
