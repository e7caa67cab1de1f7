namespace Microservices.Register.Sessions;

/// <summary>Why a session ended: the numbers of proto/codes.csv that register itself uses.</summary>
internal enum CloseCode : uint
{
    ConnectionLost = 3004,
    Displaced = 4000,
    Kicked = 4001,
    TokenRevoked = 4002,
}
