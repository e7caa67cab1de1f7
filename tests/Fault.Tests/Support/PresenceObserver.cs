using System.Collections.Concurrent;

namespace Microservices.Fault.Tests.Support;

/// <summary>
/// Asks a center for everybody's presence over and over while a test breaks things. At no observation is a user online twice, and at each
/// complete one everybody is online who was connected before and after it and of whom the test says so. On a machine that is so busy that a
/// gateway loses its lease the second can't be judged: its users are offline by right until they are claimed again.
/// </summary>
internal sealed class PresenceObserver : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly FaultWorld _world;
    private readonly Func<Member, bool> _mustBeOnline;
    private readonly Task _observing;
    private readonly ServiceInstance? _frozen;
    private readonly int _lostLeases;
    private int _observations;

    public PresenceObserver(FaultWorld world, Func<Member, bool> mustBeOnline, ServiceInstance? frozen = null)
    {
        (_world, _mustBeOnline, _frozen) = (world, mustBeOnline, frozen);
        _lostLeases = world.CountLostLeases(frozen);
        _observing = Task.Run(ObserveAsync);
    }

    /// <summary>Users who were online twice.</summary>
    public ConcurrentQueue<string> Doubled { get; } = new();

    /// <summary>Users who were connected and not online.</summary>
    public ConcurrentQueue<string> Absent { get; } = new();

    /// <summary>Complete answers.</summary>
    public int Observations => Volatile.Read(ref _observations);

    /// <summary>Ends the observation and fails the test for what was wrong in it.</summary>
    /// <param name="lostLeases">How many leases the test itself made be lost.</param>
    public async Task AssertNoFaultAsync(int lostLeases = 0)
    {
        await StopAsync();
        Assert.True(Doubled.IsEmpty, $"Twice online, {Doubled.Count} times:\n{string.Join('\n', Doubled.Take(5))}\n{_world.State()}");
        if (_world.CountLostLeases(_frozen) - _lostLeases > lostLeases)
        {
            FaultWorld.Report($"A lease was lost: this machine is too busy to judge {Absent.Count} absences.");
            return;
        }

        Assert.True(Absent.IsEmpty, $"{Absent.Count} absences in {Observations} observations:\n{string.Join('\n', Absent.Take(5))}\n{_world.State()}");
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
                    Doubled.Enqueue(doubled);
                }
            }

            if (reading is { Complete: true })
            {
                Interlocked.Increment(ref _observations);
                var still = before.Where(one => one.Member.Connection == one.Connection && one.Member.IsConnected && _mustBeOnline(one.Member));
                if (reading.FirstFault(still.Select(static one => one.Member), _world.Rooms) is { } fault)
                {
                    Absent.Enqueue(fault);
                }
            }

            await Task.WhenAny(Task.Delay(100, _stop.Token));
        }
    }
}
