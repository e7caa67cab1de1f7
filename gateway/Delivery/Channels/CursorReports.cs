using System.Threading.Channels;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Sessions;
using Microsoft.Extensions.Options;
using Session = Microservices.Gateway.Sessions.Session;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>
/// Tells register how far the readers are, in batches, until it has heard. What is told is the position at the time of the call: a session waits here once at
/// most. Cursors of "all" move for everybody at once: they are told now and then, and when the session ends.
/// </summary>
internal sealed class CursorReports : IDisposable
{
    private const int MaxBatch = 1_000;

    private readonly BatchedCalls<Session> _calls;
    private readonly Channel<(Session Session, long Since)> _later =
        Channel.CreateUnbounded<(Session, long)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _completed = new();
    private readonly Contracts.Register.Channels.ChannelsClient _register;
    private readonly ChannelMetrics _metrics;
    private readonly DeliveryOptions _options;
    private readonly TimeSpan _callTimeout;
    private readonly TimeProvider _time;
    private readonly ILogger<CursorReports> _logger;

    public CursorReports(
        Contracts.Register.Channels.ChannelsClient register,
        ChannelMetrics metrics,
        GatewayMetrics gauges,
        IOptions<DeliveryOptions> options,
        IOptions<SessionsOptions> sessionOptions,
        TimeProvider time,
        ILogger<CursorReports> logger)
    {
        _register = register;
        _metrics = metrics;
        _options = options.Value;
        _callTimeout = sessionOptions.Value.CallTimeout;
        _time = time;
        _logger = logger;
        _calls = new(MaxBatch, concurrency: 1, time, logger);
        gauges.Gauge("gateway.kept.cursors.waiting", "{session}", "Sessions of which register has not heard how far they are.", () => _calls.Unfinished);
    }

    /// <summary>Sessions of which register has not heard.</summary>
    public int Unfinished => _calls.Unfinished;

    /// <summary>The session's cursor in a channel has moved. Never waits.</summary>
    public void Add(Session session, ChannelKind channel)
    {
        if (channel == ChannelKind.Inbox)
        {
            Queue(session, CursorState.Inbox);
        }
        else if ((session.Mark(CursorState.All | CursorState.Later) & CursorState.Later) == 0)
        {
            _later.Writer.TryWrite((session, _time.GetTimestamp()));
            if (session.IsClosing)
            {
                // Its end may have looked before this.
                End(session);
            }
        }
    }

    /// <summary>The session has ended.</summary>
    public void End(Session session)
    {
        if (session.CursorState.HasFlag(CursorState.All))
        {
            Queue(session, CursorState.AllIsDue);
        }
    }

    /// <summary>Takes no more; <see cref="RunAsync"/> returns when all is told or it is cancelled.</summary>
    public void Complete()
    {
        // Sessions that have ended were told of then.
        _completed.Cancel();
        _later.Writer.TryComplete();
        _calls.Complete();
    }

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(_calls.RunAsync(TellAsync, cancellationToken), TellLaterAsync(cancellationToken));

    public void Dispose() => _completed.Dispose();

    private void Queue(Session session, CursorState why)
    {
        if (!session.Mark(why | CursorState.Queued).HasFlag(CursorState.Queued))
        {
            _calls.Add(session);
        }
    }

    private async Task TellLaterAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_completed.Token, cancellationToken);
        try
        {
            await foreach (var (session, since) in _later.Reader.ReadAllAsync(either.Token))
            {
                var left = _options.SharedCursorInterval - _time.GetElapsedTime(since);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, _time, either.Token);
                }

                session.Unmark(CursorState.Later);
                if (session.CursorState.HasFlag(CursorState.All))
                {
                    Queue(session, CursorState.AllIsDue);
                }
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The sessions have ended, and told it then.
        }
    }

    private async Task TellAsync(List<Session> batch, CancellationToken cancellationToken)
    {
        var request = new AckRequest();
        var told = new List<(Session Session, ChannelKind Channel)>();
        foreach (var session in batch)
        {
            // Before its positions are read: a later one queues it again.
            var state = session.TakeCursors();
            if (state.HasFlag(CursorState.Inbox))
            {
                Tell(session, ChannelKind.Inbox);
            }

            if (state.HasFlag(CursorState.All) && state.HasFlag(CursorState.AllIsDue))
            {
                Tell(session, ChannelKind.All);
            }
        }

        batch.Clear();
        if (told.Count == 0)
        {
            return;
        }

        AckReply? reply = null;
        try
        {
            reply = await _register.AckAsync(request, deadline: _time.GetUtcNow().UtcDateTime + _callTimeout, cancellationToken: cancellationToken);
        }
        finally
        {
            Settle(request, reply, told, batch);
        }

        void Tell(Session session, ChannelKind channel)
        {
            var flow = session.FlowOf(channel);
            LogPosition position;
            lock (flow)
            {
                position = flow.Acknowledged;
            }

            told.Add((session, channel));
            request.Acks.Add(new AckPosition { App = session.App.Name, User = session.User, Device = session.Device, All = channel == ChannelKind.All, Position = position.ToContract() });
        }
    }

    /// <summary>What was not answered is told again, in <paramref name="again"/> or, where it moved meanwhile, from the queue.</summary>
    private void Settle(AckRequest request, AckReply? reply, List<(Session Session, ChannelKind Channel)> told, List<Session> again)
    {
        var unknown = 0;
        var refused = 0;
        var firstUnknown = 0;
        for (var i = 0; i < told.Count; i++)
        {
            var outcome = i < reply?.Outcomes.Count ? reply.Outcomes[i] : AckOutcome.Unavailable;
            _metrics.CursorTold(outcome);
            switch (outcome)
            {
                case AckOutcome.Unavailable:
                    var (session, channel) = told[i];
                    var why = channel == ChannelKind.Inbox ? CursorState.Inbox : CursorState.All | CursorState.AllIsDue;
                    if (!session.Mark(why | CursorState.Queued).HasFlag(CursorState.Queued))
                    {
                        again.Add(session);
                    }

                    break;
                case AckOutcome.UnknownPosition:
                    firstUnknown = unknown++ == 0 ? i : firstUnknown;
                    break;
                case AckOutcome.Invalid:
                    refused++;
                    break;
            }
        }

        if (unknown > 0)
        {
            var first = request.Acks[firstUnknown].Position;
            Log.UnknownPositions(_logger, unknown, first.Epoch, first.Seq, told[firstUnknown].Channel);
        }

        if (refused > 0)
        {
            Log.CursorsRefused(_logger, refused);
        }
    }
}
