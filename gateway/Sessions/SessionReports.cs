using System.Threading.Channels;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Sessions;

/// <summary>
/// Tells register of sessions that became away or alive again, in batches, until it has heard. What is told is the state at the time of the
/// call: a session waits here once at most, and its latest state wins.
/// </summary>
internal sealed class SessionReports
{
    private readonly Channel<Session> _waiting;
    private readonly Contracts.Register.Sessions.SessionsClient _register;
    private readonly RoomState _room;
    private readonly GatewayMetrics _metrics;
    private readonly SessionsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SessionReports> _logger;
    private bool _registerIsOld;

    public SessionReports(
        Contracts.Register.Sessions.SessionsClient register, RoomState room, GatewayMetrics metrics, IOptions<SessionsOptions> options, TimeProvider time, ILogger<SessionReports> logger)
    {
        _register = register;
        _room = room;
        _metrics = metrics;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _waiting = Channel.CreateBounded<Session>(new BoundedChannelOptions(_options.MaxWaitingReports) { SingleReader = true });
        metrics.Gauge("gateway.session_reports.waiting", "{session}", "Sessions whose state is to be told to register.", () => _waiting.Reader.Count);
    }

    /// <summary>The state of the session has changed. Never waits.</summary>
    public void Add(Session session)
    {
        _metrics.StateChanged(session.IsAway);
        Repeat(session);
    }

    /// <summary>Register may have the state of the session from an older word than the last one.</summary>
    public void Repeat(Session session)
    {
        if (session.TryQueueReport() && !_waiting.Writer.TryWrite(session))
        {
            session.ReportTaken();
            _metrics.ReportsLost(1);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new List<Session>();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                batch.Clear();
                while (batch.Count < _options.MaxBatch && _waiting.Reader.TryRead(out var session))
                {
                    // Before its state is read: a later change queues it again.
                    session.ReportTaken();
                    batch.Add(session);
                }

                try
                {
                    await TellAsync(batch, cancellationToken);
                }
                catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
                {
                    Log.ReportsFailed(_logger, fault, batch.Count);
                    _metrics.ReportsLost(batch.Count);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The sessions end with the room.
        }
    }

    private async Task TellAsync(List<Session> batch, CancellationToken cancellationToken)
    {
        var pause = new RetryPause(_time);
        while (true)
        {
            // A session that has ended is told of as an end.
            var request = new ReportRequest { Incarnation = _room.Incarnation };
            request.Sessions.AddRange(batch.Where(static session => !session.IsClosing).Select(static session => ToReport(session)));
            if (request.Sessions.Count == 0)
            {
                return;
            }

            try
            {
                await _register.ReportAsync(request, deadline: _time.GetUtcNow().UtcDateTime + _options.CallTimeout, cancellationToken: cancellationToken);
                _registerIsOld = false;
                return;
            }
            catch (RpcException fault) when (fault.StatusCode == StatusCode.Unimplemented)
            {
                if (!_registerIsOld)
                {
                    Log.ReportsUnknown(_logger);
                }

                _registerIsOld = true;
                _metrics.ReportsLost(request.Sessions.Count);
                return;
            }
            catch (RpcException fault) when (fault.StatusCode != StatusCode.InvalidArgument && !cancellationToken.IsCancellationRequested)
            {
                Log.ReportsWait(_logger, request.Sessions.Count, fault.StatusCode);
            }

            await pause.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static SessionReport ToReport(Session session) => new()
    {
        App = session.App.Name,
        User = session.User,
        Device = session.Device,
        Epoch = session.Epoch,
        State = session.State,
        SilentMs = session.Connection.SilentMs,
    };
}
