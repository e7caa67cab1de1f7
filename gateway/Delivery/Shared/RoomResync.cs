using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery.Shared;

/// <summary>
/// When messages to this room may have been lost on the bus, all its channels are compared with their logs, paced: each inbox is read behind what was
/// sent, many in one call; each app's "all" once. What is asked for meanwhile begins it anew.
/// </summary>
internal sealed class RoomResync : IDisposable
{
    /// <summary>After so many sessions there is a pause.</summary>
    private const int Chunk = 100;

    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly SessionTable _sessions;
    private readonly ChannelDelivery _delivery;
    private readonly SharedReads _shared;
    private readonly RoomState _room;
    private readonly int _perSecond;
    private readonly TimeProvider _time;
    private readonly ILogger<RoomResync> _logger;
    private long _compared;

    public RoomResync(
        SessionTable sessions,
        ChannelDelivery delivery,
        SharedReads shared,
        RoomState room,
        GatewayMetrics metrics,
        IOptions<DeliveryOptions> options,
        TimeProvider time,
        ILogger<RoomResync> logger)
    {
        (_sessions, _delivery, _shared, _room, _time, _logger) = (sessions, delivery, shared, room, time, logger);
        _perSecond = options.Value.ResyncsPerSecond;
        metrics.Count("gateway.kept.resyncs", "{session}", "Sessions whose channels were compared with their logs because messages may have been lost.", () => Compared);
    }

    /// <summary>Sessions that were compared.</summary>
    public long Compared => Interlocked.Read(ref _compared);

    /// <summary>Messages may have been lost. Never waits.</summary>
    public void Wake()
    {
        try
        {
            _wanted.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is asked for already.
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = new RetryPause(_time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _wanted.WaitAsync(cancellationToken);
                await CompareAsync(cancellationToken);
                pause.Reset();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The sessions end with the room.
            }
            catch (Exception fault)
            {
                Log.ResyncFailed(_logger, fault);
                await pause.WaitAsync(cancellationToken);
                Wake();
            }
        }
    }

    public void Dispose() => _wanted.Dispose();

    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        // One that is not claimed is opened, and so read, when it is.
        Session[] claimed = [.. _sessions.All.Where(session => session.Incarnation == _room.Incarnation)];
        if (claimed.Length == 0)
        {
            return;
        }

        Log.Resyncing(_logger, claimed.Length);
        _shared.RecheckAll();
        foreach (var chunk in claimed.Chunk(Chunk))
        {
            foreach (var session in chunk)
            {
                if (!session.IsClosing)
                {
                    _delivery.Hint(session, ChannelKind.Inbox, LogPosition.Beyond);
                }
            }

            Interlocked.Add(ref _compared, chunk.Length);
            await Task.Delay(TimeSpan.FromSeconds((double)chunk.Length / _perSecond), _time, cancellationToken);
        }
    }
}
