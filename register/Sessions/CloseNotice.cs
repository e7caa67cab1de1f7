namespace Microservices.Register.Sessions;

/// <summary>Why a room must close a session; numbers of proto/codes.csv.</summary>
internal enum CloseCode
{
    Displaced = 4000,
    TokenRevoked = 4002,
}

/// <summary>One session that a room must close.</summary>
internal readonly record struct CloseNotice(ulong Incarnation, ulong Session, ulong Epoch, CloseCode Code);
