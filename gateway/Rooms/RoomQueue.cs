using Microservices.Bus;
using Microservices.Gateway.Delivery;
using Microservices.Hosting.Health;

namespace Microservices.Gateway.Rooms;

/// <summary>Consumes the room's queue: one for each incarnation, the present one. Sessions are claimed for it when it is consumed.</summary>
internal sealed class RoomQueue(IBus bus, RoomInbox inbox, Reclaimer reclaimer, Readiness readiness, TimeProvider time, ILogger<RoomQueue> logger) : IDisposable
{
    /// <summary>What readiness waits for.</summary>
    public const string Dependency = "room-queue";

    /// <summary>While the bus is away nobody can send to the room, and sessions need not wait for its queue to be claimed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _sync = new();
    private readonly SemaphoreSlim _changed = new(0);
    private CancellationTokenSource _present = new();
    private ulong _incarnation;
    private IAsyncDisposable? _subscription;

    /// <summary>The room has a new incarnation: what is done for the former one is given up.</summary>
    public void Follow(ulong incarnation)
    {
        CancellationTokenSource former;
        lock (_sync)
        {
            former = _present;
            _present = new CancellationTokenSource();
            _incarnation = incarnation;
        }

        former.Cancel();
        _changed.Release();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _changed.WaitAsync(cancellationToken);
                await FollowAsync(cancellationToken);
                pause.Reset();
            }
            catch (OperationCanceledException)
            {
                // The gateway ends, or another incarnation came.
            }
            catch (Exception fault)
            {
                Log.QueueFailed(logger, fault);
                readiness[Dependency].Waiting("the bus", fault.Message);
                await pause.WaitAsync(cancellationToken);
                _changed.Release();
            }
        }
    }

    /// <summary>Stops consuming, which deletes the queue. <see cref="RunAsync"/> has returned.</summary>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        if (_subscription is { } subscription)
        {
            _subscription = null;
            await subscription.DisposeAsync().AsTask().WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        _changed.Dispose();
        _present.Dispose();
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        CancellationToken present;
        ulong incarnation;
        lock (_sync)
        {
            present = _present.Token;
            incarnation = _incarnation;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(present, cancellationToken);
        if (!bus.IsConnected)
        {
            readiness[Dependency].Waiting("the bus", "it is not connected");
        }

        var consuming = bus.ConsumeRoomAsync(incarnation, inbox, either.Token);
        if (await Task.WhenAny(consuming, Task.Delay(Patience, time, either.Token)) != consuming)
        {
            reclaimer.Follow(incarnation);
        }

        var subscription = await consuming;
        var former = _subscription;
        _subscription = subscription;
        Log.QueueConsumed(logger, incarnation);
        readiness[Dependency].Up();
        reclaimer.Follow(incarnation);
        if (former is not null)
        {
            await former.DisposeAsync();
        }
    }
}
