using Microservices.Testing;

namespace Microservices.Clusters.Crowds;

/// <summary>Many users of one app, driven by one process. Those that are not silent beat.</summary>
public sealed class Crowd : IAsyncDisposable
{
    private const int LoginsAtOnce = 200;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _beating;

    /// <summary>Stores their tokens before; logs nobody in.</summary>
    public Crowd(string app, IEnumerable<TestUser> users, TimeSpan? beat = null)
        : this(app, [.. users.Select(user => new Member(user, app))], beat)
    {
    }

    public Crowd(string app, IReadOnlyList<Member> members, TimeSpan? beat = null)
    {
        (App, Members) = (app, members);
        _beating = Task.Run(() => BeatAsync(beat ?? TimeSpan.FromSeconds(10)));
    }

    public string App { get; }

    public IReadOnlyList<Member> Members { get; }

    /// <summary>A crowd of new users, connected to no gateway yet.</summary>
    public static async Task<Crowd> NewAsync(Cluster cluster, string app, int count, TimeSpan? beat = null) =>
        new(app, await cluster.NewUsersAsync(count, app), beat);

    /// <summary>Logs members in, many at a time, until all are.</summary>
    public static Task LoginAsync(IEnumerable<Member> members, Func<Member, int> port, TimeSpan? deadline = null) =>
        Parallel.ForEachAsync(members, new ParallelOptions { MaxDegreeOfParallelism = LoginsAtOnce }, async (member, _) =>
            await member.LoginAsync(port(member), deadline ?? TimeSpan.FromSeconds(60)));

    /// <summary>Each member on the next of these gateways.</summary>
    public static Func<Member, int> Across(IReadOnlyList<ServiceInstance> gateways)
    {
        var next = -1;
        return _ => gateways[(int)((uint)Interlocked.Increment(ref next) % (uint)gateways.Count)].Port;
    }

    public Task LoginAsync(int port) => LoginAsync(Members, _ => port);

    /// <summary>Waits until these members' connections have ended.</summary>
    public static Task WaitUntilClosedAsync(IReadOnlyCollection<Member> members, Func<string> state) =>
        Eventually.HoldsAsync(
            () => members.All(static member => !member.IsConnected),
            $"the connections of {members.Count} members end",
            () => $"{members.Count(static member => member.IsConnected)} are open\n{state()}",
            TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        foreach (var member in Members)
        {
            // Once more where something was just being opened: a connection that nobody holds would live on.
            member.Connection?.Dispose();
            foreach (var former in member.Former)
            {
                former.Dispose();
            }
        }

        _stop.Dispose();
    }

    // Spread over the interval: in each tick those whose turn it is.
    private async Task BeatAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var ticks = Math.Max(1, (int)(interval / timer.Period));
        try
        {
            for (var tick = 0; await timer.WaitForNextTickAsync(_stop.Token); tick++)
            {
                for (var i = tick % ticks; i < Members.Count; i += ticks)
                {
                    if (!Members[i].IsSilent)
                    {
                        Members[i].Connection?.TryBeat();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The crowd goes home.
        }
    }
}
