using Microservices.Contracts;
using Microservices.Contracts.Register;

namespace Microservices.Center.Tests.Support;

/// <summary>The most that register's limits allow a user to have, docs/configuration/register.md.</summary>
internal static class LongestNames
{
    private const int MaxSessionsOfAUser = 16;
    private const int MaxRemoteAddress = 64;
    private const int MaxSdk = 128;
    private const int MaxRoomName = 64;

    public static string Name { get; } = new('x', Identifiers.MaxNameBytes);

    public static IEnumerable<Session> SessionsOfAUser { get; } = Enumerable.Repeat(
        new Session
        {
            App = new string('a', Identifiers.MaxAppLength),
            User = Name,
            Device = Name,
            Key = new SessionKey { Session = ulong.MaxValue, Epoch = ulong.MaxValue },
            Incarnation = ulong.MaxValue,
            Room = new string('r', MaxRoomName),
            RemoteAddress = new string('1', MaxRemoteAddress),
            ClientVersion = uint.MaxValue,
            ChatClient = true,
            SinceUnixMs = long.MaxValue,
            NamedDevice = Name,
            Sdk = new string('s', MaxSdk),
            State = SessionState.Away,
            StateSinceUnixMs = long.MaxValue,
            LastSeenUnixMs = long.MaxValue,
            Change = ulong.MaxValue,
        },
        MaxSessionsOfAUser);
}
