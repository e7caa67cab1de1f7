using System.Threading.Channels;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Protocol;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Sessions;

/// <summary>Tells register of sessions that have ended, in batches, until it has heard. An end names its epoch: a late one ends nobody else's session.</summary>
internal sealed class SessionEnds
{
    private readonly Channel<EndSession> _waiting;
    private readonly Contracts.Register.Sessions.SessionsClient _register;
    private readonly RoomState _room;
    private readonly GatewayMetrics _metrics;
    private readonly SessionsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SessionEnds> _logger;
    private int _unfinished;

    public SessionEnds(
        Contracts.Register.Sessions.SessionsClient register, RoomState room, GatewayMetrics metrics, IOptions<SessionsOptions> options, TimeProvider time, ILogger<SessionEnds> logger)
    {
        _register = register;
        _room = room;
        _metrics = metrics;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _waiting = Channel.CreateBounded<EndSession>(new BoundedChannelOptions(_options.MaxWaitingEnds) { SingleReader = true });
        metrics.Gauge("gateway.session_ends.waiting", "{session}", "Ended sessions that register has not heard of.", () => Unfinished);
    }

    /// <summary>Ends that register has not heard of.</summary>
    public int Unfinished => Volatile.Read(ref _unfinished);

    /// <summary>The session has ended here: queues its end, once. Never waits.</summary>
    public void Add(Session session, Code reason)
    {
        // A session that was displaced or revoked is another's now, or nobody's.
        if (session.TryEnd() && reason is not (Code.Displaced or Code.TokenRevoked))
        {
            Add(session.App.Name, session.User, session.Device, session.Epoch, reason, session.Connection.SilentMs);
        }
    }

    /// <summary>Queues an end. Never waits.</summary>
    /// <param name="app">The app.</param>
    /// <param name="user">The user.</param>
    /// <param name="device">The device as the client named it.</param>
    /// <param name="epoch">The epoch that ends.</param>
    /// <param name="reason">Why; it decides whether the session may be resumed.</param>
    /// <param name="silentMs">For how long the client had not been heard of.</param>
    public void Add(string app, string user, string device, ulong epoch, Code reason = Code.ConnectionLost, uint silentMs = 0)
    {
        Interlocked.Increment(ref _unfinished);
        var end = new EndSession { App = app, User = user, Device = device, Epoch = epoch, Code = (uint)reason, SilentMs = silentMs };
        if (!_waiting.Writer.TryWrite(end))
        {
            Interlocked.Decrement(ref _unfinished);
            _metrics.EndLost();
        }
    }

    /// <summary>Takes no more; <see cref="RunAsync"/> returns when all are told or it is cancelled.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new EndRequest();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                batch.Sessions.Clear();
                while (batch.Sessions.Count < _options.MaxBatch && _waiting.Reader.TryRead(out var end))
                {
                    batch.Sessions.Add(end);
                }

                try
                {
                    await TellAsync(batch, cancellationToken);
                }
                catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
                {
                    Log.EndsFailed(_logger, fault, batch.Sessions.Count);
                }

                Interlocked.Add(ref _unfinished, -batch.Sessions.Count);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Whatever is untold ends with the room's lease.
        }
    }

    private async Task TellAsync(EndRequest batch, CancellationToken cancellationToken)
    {
        var pause = new RetryPause(_time);
        while (true)
        {
            try
            {
                batch.Incarnation = _room.Incarnation;
                await _register.EndAsync(batch, deadline: _time.GetUtcNow().UtcDateTime + _options.CallTimeout, cancellationToken: cancellationToken);
                return;
            }
            catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
            {
                if (fault.StatusCode == StatusCode.InvalidArgument)
                {
                    // It would be refused for ever, and block all others.
                    Log.EndsRefused(_logger, fault, batch.Sessions.Count);
                    return;
                }

                Log.EndsWait(_logger, batch.Sessions.Count, fault.StatusCode);
            }

            await pause.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
