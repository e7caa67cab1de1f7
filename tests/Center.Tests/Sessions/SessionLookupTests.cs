using Microservices.Center.Sessions;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Hosting;

namespace Microservices.Center.Tests.Sessions;

public sealed class SessionLookupTests
{
    // What register's limits allow, docs/configuration/register.md.
    private const int MaxSessionsOfAUser = 16;
    private const int MaxRemoteAddress = 64;
    private const int MaxSdk = 128;
    private const int MaxRoomName = 64;

    [Fact]
    public void UsersPerCall_OfTheLongestSessions_FitIntoAnAnswer()
    {
        var name = new string('x', Identifiers.MaxNameBytes);
        var session = new Session
        {
            App = new string('a', Identifiers.MaxAppLength),
            User = name,
            Device = name,
            Key = new SessionKey { Session = ulong.MaxValue, Epoch = ulong.MaxValue },
            Incarnation = ulong.MaxValue,
            Room = new string('r', MaxRoomName),
            RemoteAddress = new string('1', MaxRemoteAddress),
            ClientVersion = uint.MaxValue,
            ChatClient = true,
            SinceUnixMs = long.MaxValue,
            NamedDevice = name,
            Sdk = new string('s', MaxSdk),
            State = SessionState.Away,
            StateSinceUnixMs = long.MaxValue,
            LastSeenUnixMs = long.MaxValue,
            Change = ulong.MaxValue,
        };
        var user = new UserSessions { User = name, Sessions = { Enumerable.Repeat(session, MaxSessionsOfAUser) } };

        var answer = new LookupReply { Users = { Enumerable.Repeat(user, SessionLookup.UsersPerCall) } };

        Assert.InRange(answer.CalculateSize(), 0, GrpcComposition.MaxMessageBytes);
    }
}
