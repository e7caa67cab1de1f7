using System.Collections.Concurrent;

namespace Microservices.Fault.Tests.Support;

/// <summary>
/// Asks a center for everybody's presence over and over while a test breaks things. At no observation is a user online twice, and at each
/// complete one everybody is online who was connected before and after it and of whom the test says so.
/// </summary>
internal sealed class PresenceObserver : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly FaultWorld _world;
    private readonly Func<Member, bool> _mustBeOnline;
    private readonly Task _observing;
    private int _observations;

    public PresenceObserver(FaultWorld world, Func<Member, bool> mustBeOnline)
    {
        (_world, _mustBeOnline) = (world, mustBeOnline);
        _observing = Task.Run(ObserveAsync);
    }

    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Complete answers.</summary>
    public int Observations => Volatile.Read(ref _observations);

    /// <summary>Ends the observation and fails the test for what was wrong in it.</summary>
    public async Task AssertNoFaultAsync()
    {
        await StopAsync();
        Assert.True(Faults.IsEmpty, $"{Faults.Count} faults in {Observations} observations:\n{string.Join('\n', Faults.Take(5))}\n{_world.State()}");
        Assert.True(Observations > 0, $"Nothing was observed.\n{_world.State()}");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _observing;
    }

    private async Task ObserveAsync()
    {
        var names = _world.Members.Select(static member => member.User.Name).ToArray();
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var before = _world.Members.Where(member => member.IsConnected && _mustBeOnline(member)).Select(static member => (Member: member, member.Connection)).ToArray();
            var reading = await PresenceReading.TryOfUsersAsync(_world.Cluster.Center(i % _world.Cluster.Centers.Count), _world.App, names);
            if (reading is not null)
            {
                foreach (var doubled in reading.Doubled)
                {
                    Faults.Enqueue($"twice online: {doubled}");
                }
            }

            if (reading is { Complete: true })
            {
                Interlocked.Increment(ref _observations);
                var still = before.Where(one => one.Member.Connection == one.Connection && one.Member.IsConnected && _mustBeOnline(one.Member));
                if (reading.FirstFault(still.Select(static one => one.Member), _world.Rooms) is { } fault)
                {
                    Faults.Enqueue(fault);
                }
            }

            await Task.WhenAny(Task.Delay(100, _stop.Token));
        }
    }
}
