using Microservices.Gateway.Admission;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Arrivals;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Delivery.Fetching;
using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Parking;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Uplink;
using Microservices.Hosting.Health;
using Microservices.Protocol;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Lifetime;

/// <summary>
/// Starts the gateway's loops and ends them in order.
/// <list type="number">
/// <item>Start: apps and lease from register, then the room's queue, then connections are admitted.</item>
/// <item>Stop: not ready; nobody admitted; connections closed with a directive; acknowledgements told; sessions ended; uplinks confirmed; the queue deleted; the lease released.</item>
/// </list>
/// </summary>
internal sealed class GatewayService(
    TimingWheel wheel,
    Gate gate,
    ParkingLot parking,
    AppWatch apps,
    LoginQueue logins,
    LostSessions lost,
    SessionEnds ends,
    SessionReports reports,
    SessionOpener opener,
    LogReads reads,
    FlowLooks looks,
    FetchReads fetches,
    AwayFlows aways,
    SharedReads shared,
    RoomResync resync,
    ChannelDelivery delivery,
    CursorReports cursors,
    UplinkSender uplink,
    RoomQueue queue,
    Reclaimer reclaimer,
    RoomLease lease,
    Readiness readiness,
    IHostApplicationLifetime host,
    IOptions<ShutdownOptions> options,
    TimeProvider time,
    ILogger<GatewayService> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>How often the count of connections is looked at while they close.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stopLooking = new();
    private readonly CancellationTokenSource _stopConsuming = new();
    private readonly CancellationTokenSource _release = new();
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _looking = [];
    private Task _ending = Task.CompletedTask;
    private Task _acknowledging = Task.CompletedTask;
    private Task _consuming = Task.CompletedTask;
    private Task _leasing = Task.CompletedTask;

    /// <summary>What happened during the stop, in order; for tests.</summary>
    internal List<string> Steps { get; } = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        wheel.Start();
        _ending = ends.RunAsync(_end.Token);
        _acknowledging = cursors.RunAsync(_end.Token);
        _consuming = queue.RunAsync(_stopConsuming.Token);
        return Task.CompletedTask;
    }

    /// <summary>Kestrel listens by now: the room can tell its address.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _looking.Add(apps.RunAsync(_stopLooking.Token));
        _looking.Add(logins.RunAsync(_stopLooking.Token));
        _looking.Add(lost.RunAsync(_stopLooking.Token));
        _looking.Add(reports.RunAsync(_stopLooking.Token));
        _looking.Add(reclaimer.RunAsync(_stopLooking.Token));
        _looking.Add(opener.RunAsync(_stopLooking.Token));
        _looking.Add(reads.RunAsync(delivery, _stopLooking.Token));
        _looking.Add(fetches.RunAsync(_stopLooking.Token));
        _looking.Add(looks.RunAsync(delivery, _stopLooking.Token));
        _looking.Add(aways.RunAsync(delivery, _stopLooking.Token));
        _looking.Add(shared.RunAsync(_stopLooking.Token));
        _looking.Add(resync.RunAsync(_stopLooking.Token));
        _looking.Add(OpenGateAsync());
        _leasing = lease.RunAsync(_release.Token, _end.Token);
        return Task.CompletedTask;
    }

    /// <summary>Before Kestrel stops, so that clients are told and probes still see "not ready".</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        host.StopApplication();
        Step("not ready");
        gate.Shut();
        parking.Shut();
        Step("connections are refused");

        await CloseConnectionsAsync(either.Token);
        await _stopLooking.CancelAsync();
        await UntilAsync(Task.WhenAll(_looking), either.Token);
        cursors.Complete();
        await UntilAsync(_acknowledging, either.Token);
        Step($"acknowledgements told; {cursors.Unfinished} not told");
        ends.Complete();
        await UntilAsync(_ending, either.Token);
        Step($"sessions ended; {ends.Unfinished} not told");
        await uplink.DrainAsync(either.Token);
        Step("uplinks confirmed");
        await _stopConsuming.CancelAsync();
        await UntilAsync(_consuming, either.Token);
        await UntilAsync(queue.DeleteAsync(either.Token), either.Token);
        Step("queue deleted");
        await _release.CancelAsync();
        await UntilAsync(_leasing, either.Token);
        Step("lease released");
        if (either.IsCancellationRequested)
        {
            Log.Late(logger, options.Value.Timeout);
        }

        await _end.CancelAsync();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopLooking.Dispose();
        _stopConsuming.Dispose();
        _release.Dispose();
        _end.Dispose();
    }

    private async Task OpenGateAsync()
    {
        try
        {
            foreach (var dependency in (string[])[AppWatch.Dependency, RoomLease.Dependency, RoomQueue.Dependency])
            {
                await readiness[dependency].WaitUntilUpAsync(_stopLooking.Token);
            }

            gate.Open();
            Log.Open(logger);
        }
        catch (OperationCanceledException)
        {
            // Stopped before it was ready.
        }
    }

    private async Task CloseConnectionsAsync(CancellationToken cancellationToken)
    {
        // Nobody is admitted any more, so whoever is on the way in came before that.
        foreach (var arrival in wheel.Snapshot().OfType<Arrival>())
        {
            arrival.Cut();
        }

        var closed = 0;
        while (gate.Connections > 0 && !cancellationToken.IsCancellationRequested)
        {
            // Every connection has a deadline, so the wheel knows them all; one that is just being looked at comes next time.
            foreach (var connection in wheel.Snapshot().OfType<Connection>())
            {
                closed += connection.IsClosing ? 0 : 1;
                connection.Close(Code.GoingAway, "The gateway shuts down.", spreadMs: (uint)Random.Shared.NextInt64((long)options.Value.ReconnectSpread.TotalMilliseconds + 1));
            }

            await Task.Delay(LookEvery, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Step($"{closed} connections closed; {gate.Connections} left");
    }

    private static async Task UntilAsync(Task task, CancellationToken cancellationToken) =>
        await task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Step(string step)
    {
        Steps.Add(step);
        Log.Step(logger, step);
    }
}
