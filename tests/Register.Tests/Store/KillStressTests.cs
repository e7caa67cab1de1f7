using System.Collections.Concurrent;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store;

/// <summary>Claims while Redis keeps killing the connections: no call hangs, and no answer is wrong.</summary>
public sealed class KillStressTests
{
    private const int Users = 40;
    private const int Workers = 16;
    private const int Kills = 30;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Claim_WhileConnectionsAreKilled_EndsAndIsRight()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var stores = await Stores.RedisAsync(redis.Endpoint);
        await Eventually.HoldsAsync(async () => (await ClaimAsync(stores, [0])).All(IsClaimed), "redis answers");
        using var end = new CancellationTokenSource();
        var claimed = new ConcurrentDictionary<int, ConcurrentBag<ulong>>();
        var unavailable = 0;
        var workers = Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            while (!end.IsCancellationRequested)
            {
                int[] users = [.. Enumerable.Range(0, 10).Select(_ => random.Next(Users))];
                var outcomes = await ClaimAsync(stores, users);
                for (var i = 0; i < users.Length; i++)
                {
                    if (IsClaimed(outcomes[i]))
                    {
                        claimed.GetOrAdd(users[i], _ => []).Add(outcomes[i].Epoch);
                    }
                    else
                    {
                        Interlocked.Increment(ref unavailable);
                    }
                }

                // Without a connection a claim fails at once: workers that never wait leave the reconnection, and other tests, no thread.
                if (!outcomes.All(IsClaimed))
                {
                    await Task.Delay(10);
                }
            }
        })).ToArray();

        for (var kill = 0; kill < Kills; kill++)
        {
            await redis.CliAsync("client", "kill", "type", "normal");
        }

        await end.CancelAsync();
        await Task.WhenAll(workers).WaitAsync(Eventually.DefaultDeadline);

        Assert.True(unavailable > 0, "no kill hit a call");
        IReadOnlyList<IReadOnlyList<Session>> stored = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    stored = await stores.Sessions.LookupAsync("stress", [.. Enumerable.Range(0, Users).Select(user => $"user-{user}")], default);
                    return true;
                }
                catch (StoreUnavailableException)
                {
                    return false;
                }
            },
            "redis answers again");
        foreach (var (user, epochs) in claimed)
        {
            Assert.Equal(epochs.Count, epochs.Distinct().Count());

            // A claim whose answer was lost may have come after the last one that was answered.
            Assert.True(Assert.Single(stored[user]).Key.Epoch >= epochs.Max());
        }
    }

    private static bool IsClaimed(ClaimOutcome outcome) => outcome.State == ClaimState.Claimed;

    private static async Task<IReadOnlyList<ClaimOutcome>> ClaimAsync(Stores stores, int[] users) =>
        (await stores.Sessions.ClaimAsync(
            [.. users.Select(user => new SessionClaim(
                new Session { App = "stress", User = $"user-{user}", Key = new SessionKey { Session = (ulong)Random.Shared.NextInt64() }, Incarnation = 1 },
                PerDevice: false))],
            default)).Outcomes;
}
