using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Sessions;

public sealed class SessionsServiceTests
{
    [Fact]
    public async Task Claim_OfMixedBatch_AnswersEachOnItsOwn()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var token = await register.IssueAsync("ann");

        var results = await register.ClaimAsync(
            room.Incarnation,
            Caller.Claim("ann", token),
            Caller.Claim("ann", "wrong"),
            Caller.Claim("ann", token, app: "nothing"),
            Caller.Claim("ann", token, app: "Bad App"),
            Caller.Claim("", token),
            Caller.Claim("a\nb", token),
            Caller.Claim(new string('x', 129), token),
            Caller.Claim("ann", token, device: "a\u0007"),
            new Claim(Caller.Claim("ann", token)) { Sdk = new string('x', 129) },
            new Claim(Caller.Claim("ann", token)) { RemoteAddress = "1\n2" },
            new Claim(Caller.Claim("ann", token)) { HeldEpoch = 0 },
            new Claim(Caller.Claim("ann", token)) { HeldEpoch = ulong.MaxValue });

        Assert.Equal(
            [Outcome.Claimed, Outcome.WrongToken, Outcome.UnknownApp, .. Enumerable.Repeat(Outcome.Invalid, 9)], results.Select(result => result.Outcome));
        string[] words = ["", "token", "nothing", "app", "empty", "control", "129 bytes", "device", "sdk", "remote_address", "held_epoch", "held_epoch"];
        Assert.All(words.Zip(results), pair => Assert.Contains(pair.First, pair.Second.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Claim_OfThousand_IsOneCall()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        Claim[] claims = [.. Enumerable.Range(0, 1_000).Select(i => Caller.Claim($"user-{i}", $"token-of-user-{i}"))];
        await Task.WhenAll(claims.Select(async claim => await register.Tokens.IssueAsync(
            new IssueTokenRequest { App = "default", User = claim.User, Token = claim.Token + "-and-more" })));

        var results = await register.ClaimAsync(room.Incarnation, [.. claims.Select(claim => new Claim(claim) { Token = claim.Token + "-and-more" })]);

        Assert.All(results, result => Assert.Equal(Outcome.Claimed, result.Outcome));
        Assert.Equal(1_000ul, (await register.Sessions.CountAsync(new CountSessionsRequest { App = "default" })).Sessions);
        var users = Enumerable.Range(0, 10_000).Select(i => $"user-{i}");
        var found = (await register.Sessions.LookupAsync(new LookupRequest { App = "default", Users = { users } })).Users;
        Assert.Equal(1_000, found.Count(user => user.Sessions.Count == 1));
        Assert.Equal("user-9999", found[^1].User);
    }

    [Fact]
    public async Task Calls_OverTheirLimits_AreRefused()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);

        var claim = new ClaimRequest { Incarnation = room.Incarnation, Claims = { Enumerable.Repeat(new Claim(), 1_001) } };
        (await Caller.FaultAsync(register.Sessions.ClaimAsync(claim))).Is(StatusCode.InvalidArgument, "claims", "1001", "1000");
        var lookup = new LookupRequest { App = "default", Users = { Enumerable.Repeat("ann", 10_001) } };
        (await Caller.FaultAsync(register.Sessions.LookupAsync(lookup))).Is(StatusCode.InvalidArgument, "users", "10001", "10000");
        (await Caller.FaultAsync(register.Sessions.ListAsync(new ListSessionsRequest { App = "default", Limit = 1_001 })))
            .Is(StatusCode.InvalidArgument, "limit", "1001", "1000");
        (await Caller.FaultAsync(register.Sessions.ClaimAsync(new ClaimRequest()))).Is(StatusCode.InvalidArgument, "incarnation");
    }

    [Fact]
    public async Task Calls_WithUnknownAppOrBadNames_AreRefused()
    {
        await using var register = await RunningRegister.StartAsync();

        (await Caller.FaultAsync(register.Sessions.LookupAsync(new LookupRequest { App = "nothing" }))).Is(StatusCode.NotFound, "nothing");
        (await Caller.FaultAsync(register.Sessions.LookupAsync(new LookupRequest { App = "default", Users = { "" } }))).Is(StatusCode.InvalidArgument, "users");
        (await Caller.FaultAsync(register.Sessions.ListAsync(new ListSessionsRequest { App = "nothing" }))).Is(StatusCode.NotFound, "nothing");
        (await Caller.FaultAsync(register.Sessions.ListAsync(new ListSessionsRequest()))).Is(StatusCode.InvalidArgument, "app", "incarnation");
        (await Caller.FaultAsync(register.Sessions.CountAsync(new CountSessionsRequest { App = "nothing" }))).Is(StatusCode.NotFound, "nothing");
        (await Caller.FaultAsync(register.Sessions.EndAsync(new EndRequest { Sessions = { new EndSession { App = "!", User = "x" } } })))
            .Is(StatusCode.InvalidArgument, "sessions.app");
    }

    [Theory]
    [InlineData("!")]
    [InlineData("AAAA")]
    [InlineData("OTk5OQ")]
    [InlineData("MTAyNA")]
    [InlineData("MDAwMW5vdC1hLW1lbWJlcg")]
    [InlineData("____")]
    public async Task List_WithMalformedCursor_IsRefused(string cursor)
    {
        await using var register = await RunningRegister.StartAsync();

        (await Caller.FaultAsync(register.Sessions.ListAsync(new ListSessionsRequest { App = "default", Cursor = cursor }))).Is(StatusCode.InvalidArgument, "cursor");
    }

    [Fact]
    public async Task List_PageByPage_ReturnsEverySessionOnce()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        using var released = await TestRoom.OpenAsync(register.Rooms, "room-2");
        foreach (var i in Enumerable.Range(0, 90))
        {
            await register.ClaimAsync(i % 3 == 0 ? released : room, $"user-{i}", await register.IssueAsync($"user-{i}"));
        }

        await released.ReleaseAsync();
        await Testing.Eventually.HoldsAsync(async () => (await register.LookupAsync("user-0")).Count == 0, "the sessions of the released room don't count");

        List<string> users = [];
        var cursor = "";
        do
        {
            var page = await register.Sessions.ListAsync(new ListSessionsRequest { App = "default", Cursor = cursor, Limit = 7 });
            users.AddRange(page.Sessions.Select(session => session.User));
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);

        Assert.Equal(Enumerable.Range(0, 90).Where(i => i % 3 != 0).Select(i => $"user-{i}").Order(), users.Order());
    }

    [Fact]
    public async Task Calls_WithWrongSecret_AreUnauthenticated()
    {
        await using var register = await RunningRegister.StartAsync();
        await using var strangers = register.ClientsWith("another-secret-of-the-tests");
        T Client<T>()
            where T : notnull => Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<T>(strangers);

        (await Caller.FaultAsync(Client<Contracts.Register.Sessions.SessionsClient>().LookupAsync(new LookupRequest()))).Is(StatusCode.Unauthenticated);
        (await Caller.FaultAsync(Client<Contracts.Register.Rooms.RoomsClient>().ListAsync(new ListRoomsRequest()))).Is(StatusCode.Unauthenticated);
        (await Caller.FaultAsync(Client<Contracts.Register.Apps.AppsClient>().ListAsync(new ListAppsRequest()))).Is(StatusCode.Unauthenticated);
        (await Caller.FaultAsync(Client<Contracts.Register.Tokens.TokensClient>().IssueAsync(new IssueTokenRequest()))).Is(StatusCode.Unauthenticated);
        using var lease = Client<Contracts.Register.Rooms.RoomsClient>().Lease();
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => lease.ResponseStream.MoveNext(default))).StatusCode);
    }
}
