using Microservices.Contracts.Register;
using Microservices.Register.Sessions;
using Microservices.Register.Store;
using Microservices.Register.Store.Memory;
using Microservices.Register.Store.Redis;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Store;

/// <summary>How long ended sessions are kept and can be resumed.</summary>
public sealed class EndedExpiryTests(RedisFixture redis)
{
    private const string App = "ended";
    private readonly ManualTime _time = new();
    private readonly SessionsOptions _options = new() { KeepEnded = TimeSpan.FromDays(2), ResumeWindow = TimeSpan.FromMinutes(5) };

    [Fact]
    public async Task Resume_InMemoryAfterTheWindow_NeedsTheToken()
    {
        var sessions = InMemory();
        var (inside, outside) = (await EndedAsync(sessions, "inside"), await EndedAsync(sessions, "outside"));

        _time.Advance(_options.ResumeWindow - TimeSpan.FromMilliseconds(1));
        Assert.True((await ResumeAsync(sessions, "inside", inside)).Resumed);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(ClaimState.NotResumed, (await ResumeAsync(sessions, "outside", outside)).State);
    }

    [Fact]
    public async Task Resume_InRedisAfterTheWindow_NeedsTheToken()
    {
        var client = (await redis.StoresAsync()).Client!;
        var sessions = new RedisSessionStore(client, Options.Create(new SessionsOptions { ResumeWindow = TimeSpan.Zero }));
        var epoch = await EndedAsync(sessions, "ann");

        Assert.Equal(ClaimState.NotResumed, (await ResumeAsync(sessions, "ann", epoch)).State);
        Assert.True((await ResumeAsync(new RedisSessionStore(client, Options.Create(_options)), "ann", epoch)).Resumed);
    }

    [Fact]
    public async Task Last_InMemory_IsForgottenInTime()
    {
        var sessions = InMemory();
        await EndedAsync(sessions, "ann");
        _time.Advance(TimeSpan.FromDays(1.5));
        var again = await EndedAsync(sessions, "ann");

        _time.Advance(TimeSpan.FromDays(1.5));
        Assert.Equal(again, (await LastAsync(sessions))!.Epoch);
        _time.Advance(TimeSpan.FromDays(0.5));

        Assert.Null(await LastAsync(sessions));
        Assert.Equal(ClaimState.Claimed, Assert.Single((await sessions.ClaimAsync([Claim("ann") with { HeldEpoch = 5 }], CancellationToken.None)).Outcomes).State);
    }

    [Fact]
    public void Options_OutOfBounds_AreAllNamed()
    {
        var result = new SessionsOptionsValidator().Validate(null, new SessionsOptions { KeepEnded = TimeSpan.FromHours(1), ResumeWindow = TimeSpan.FromDays(2) });

        Assert.Equal(2, result.Failures!.Count());
        Assert.Contains(result.Failures!, fault => fault.Contains("Sessions:KeepEnded", StringComparison.Ordinal));
        Assert.Contains(result.Failures!, fault => fault.Contains("Sessions:ResumeWindow", StringComparison.Ordinal));
        Assert.True(new SessionsOptionsValidator().Validate(null, new SessionsOptions()).Succeeded);
    }

    private static SessionClaim Claim(string user) => new(
        new Session { App = App, User = user, Key = new SessionKey { Session = (ulong)Random.Shared.NextInt64() }, Incarnation = 5 }, PerDevice: false);

    private static async Task<ulong> EndedAsync(ISessionStore sessions, string user)
    {
        var epoch = Assert.Single((await sessions.ClaimAsync([Claim(user)], CancellationToken.None)).Outcomes).Epoch;
        Assert.Equal([true], await sessions.EndAsync([new SessionEnd(App, user, epoch)], CancellationToken.None));
        return epoch;
    }

    private static async Task<ClaimOutcome> ResumeAsync(ISessionStore sessions, string user, ulong epoch) =>
        Assert.Single((await sessions.ClaimAsync([Claim(user) with { ResumeEpoch = epoch, HasToken = false }], CancellationToken.None)).Outcomes);

    private static async Task<LastSession?> LastAsync(MemorySessionStore sessions) => Assert.Single(await sessions.LastAsync(App, ["ann"], CancellationToken.None));

    private MemorySessionStore InMemory() => new(Options.Create(_options), _time);
}
