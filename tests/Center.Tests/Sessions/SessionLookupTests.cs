using Microservices.Center.Sessions;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Register;
using Microservices.Hosting;

namespace Microservices.Center.Tests.Sessions;

public sealed class SessionLookupTests
{
    [Fact]
    public void UsersPerCall_OfTheLongestSessions_FitIntoAnAnswer()
    {
        var user = new UserSessions { User = LongestNames.Name, Sessions = { LongestNames.SessionsOfAUser } };

        var answer = new LookupReply { Users = { Enumerable.Repeat(user, SessionLookup.UsersPerCall) } };

        Assert.InRange(answer.CalculateSize(), 0, GrpcComposition.MaxMessageBytes);
    }
}
