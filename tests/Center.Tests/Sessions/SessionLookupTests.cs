using Grpc.Core;
using Microservices.Center.Sessions;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Register;
using Microservices.Hosting;

namespace Microservices.Center.Tests.Sessions;

public sealed class SessionLookupTests
{
    private readonly ScriptedRegister _register = new();

    [Fact]
    public async Task Find_ManyAtOnce_ShareCallsOfOneApp()
    {
        _register.Online("u7", room: 1, session: 5).Online("u7", room: 2, session: 6, app: "shop");
        var lookup = new SessionLookup(_register.Sessions);

        var found = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => lookup.FindAsync(i % 3 == 0 ? "shop" : "default", [$"u{i % 10}", "nobody"], default)));

        for (var i = 0; i < found.Length; i++)
        {
            Assert.Equal([$"u{i % 10}", "nobody"], found[i].Select(user => user.User));
            ulong[] rooms = i % 10 != 7 ? [] : i % 3 == 0 ? [2] : [1];
            Assert.Equal(rooms, found[i][0].Sessions.Select(session => session.Incarnation));
        }

        Assert.All(_register.Lookups, request => Assert.InRange(request.Users.Count, 2, SessionLookup.UsersPerCall));
        Assert.InRange(_register.Lookups.Count, 1, 500);
    }

    [Fact]
    public async Task Find_RegisterRefusesOneOfSeveral_AnswersTheOthers()
    {
        _register.OnLookup = static request =>
        {
            if (request.Users.Contains("bad"))
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, "users: bad"));
            }
        };
        var lookup = new SessionLookup(_register.Sessions);

        var works = Enumerable.Range(0, 100).Select(i => lookup.FindAsync("default", [i == 50 ? "bad" : $"u{i}"], default)).ToArray();

        await Assert.ThrowsAsync<RpcException>(() => works[50]);
        Assert.All(await Task.WhenAll(works.Where((_, i) => i != 50)), found => Assert.Single(found));
    }

    [Fact]
    public async Task Find_RegisterAway_FailsAll()
    {
        _register.OnLookup = static _ => throw ScriptedRegister.Away;
        var lookup = new SessionLookup(_register.Sessions);

        foreach (var work in Enumerable.Range(0, 20).Select(i => lookup.FindAsync(i % 2 == 0 ? "shop" : "default", ["u"], default)).ToArray())
        {
            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => work)).StatusCode);
        }
    }

    [Fact]
    public void UsersPerCall_OfTheLongestSessions_FitIntoAnAnswer()
    {
        var user = new UserSessions { User = LongestNames.Name, Sessions = { LongestNames.SessionsOfAUser } };

        var answer = new LookupReply { Users = { Enumerable.Repeat(user, SessionLookup.UsersPerCall) } };

        Assert.InRange(answer.CalculateSize(), 0, GrpcComposition.MaxMessageBytes);
    }
}
