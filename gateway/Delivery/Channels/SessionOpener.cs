using Microservices.Contracts.Register;
using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microsoft.Extensions.Options;
using Session = Microservices.Gateway.Sessions.Session;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>
/// Opens the channels of sessions: after the login, and again after each further claim. The claim comes first, so a message is either in the page, or its
/// sender saw the session. A login doesn't wait for it.
/// </summary>
internal sealed class SessionOpener
{
    private readonly BatchedCalls<Session> _calls;
    private readonly Contracts.Register.Channels.ChannelsClient _register;
    private readonly ChannelDelivery _delivery;
    private readonly SharedLog _all;
    private readonly RoomState _room;
    private readonly LeaseStanding _standing;
    private readonly ChannelMetrics _metrics;
    private readonly DeliveryOptions _options;
    private readonly TimeSpan _callTimeout;
    private readonly TimeProvider _time;
    private readonly ILogger<SessionOpener> _logger;

    public SessionOpener(
        Contracts.Register.Channels.ChannelsClient register,
        ChannelDelivery delivery,
        SharedLog all,
        RoomState room,
        LeaseStanding standing,
        ChannelMetrics metrics,
        GatewayMetrics gauges,
        IOptions<DeliveryOptions> options,
        IOptions<SessionsOptions> sessionOptions,
        TimeProvider time,
        ILogger<SessionOpener> logger)
    {
        _register = register;
        _delivery = delivery;
        _all = all;
        _room = room;
        _standing = standing;
        _metrics = metrics;
        _options = options.Value;
        _callTimeout = sessionOptions.Value.CallTimeout;
        _time = time;
        _logger = logger;
        _calls = new(sessionOptions.Value.MaxBatch, _options.ConcurrentOpens, time, logger);
        gauges.Gauge("gateway.kept.opens.waiting", "{session}", "Sessions whose channels register has not opened yet.", () => _calls.Unfinished);
    }

    /// <summary>The session is claimed, for the first time or again. Never waits.</summary>
    public void Add(Session session)
    {
        if (session.TryQueueOpening())
        {
            _calls.Add(session);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A new reader of "all" begins at the head.
            await _all.UntilHeadsKnownAsync(cancellationToken);
            await _calls.RunAsync(OpenAsync, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The gateway ends.
        }
    }

    private async Task OpenAsync(List<Session> batch, CancellationToken cancellationToken)
    {
        // One that lost its lease is opened when it is claimed again.
        batch.RemoveAll(session => session.IsClosing || !session.TakeOpening(_room.Incarnation));
        if (batch.Count == 0)
        {
            return;
        }

        var request = new OpenRequest { MaxMessages = (uint)_options.MaxInFlight, MaxBytes = (uint)_options.MaxInFlightBytes };
        var heads = new LogPosition[batch.Count];
        foreach (var (i, session) in batch.Index())
        {
            heads[i] = _all.HeadOf(session.App);
            request.Readers.Add(new OpenReader
            {
                App = session.App.Name,
                User = session.User,
                Device = session.Device,
                AllHead = heads[i].ToContract(),
                Again = session.Inbox.WasOpened,
            });
        }

        var reply = await _register.OpenAsync(request, deadline: _time.GetUtcNow().UtcDateTime + _callTimeout, cancellationToken: cancellationToken);
        await _standing.UntilKnownAsync(cancellationToken);
        Session[] asked = [.. batch];
        batch.Clear();
        foreach (var (i, session) in asked.Index())
        {
            if (i >= reply.Readers.Count || reply.Readers[i].Unavailable)
            {
                batch.Add(session);
            }
            else
            {
                Give(session, reply.Readers[i], request.Readers[i].Again, heads[i]);
            }
        }
    }

    private void Give(Session session, OpenedReader opened, bool again, LogPosition head)
    {
        try
        {
            _metrics.Opened(again);
            var cursor = LogPosition.Of(opened.AllCursor);
            _delivery.Open(session, ChannelKind.Inbox, LogPage.Of(session.App.Name, opened.Inbox ?? new ChannelPage()));
            _delivery.Open(session, ChannelKind.All, LogPage.Empty(cursor, LogPosition.Later(head, _all.HeadOf(session.App))));
        }
        catch (Exception fault)
        {
            Log.PageFailed(_logger, fault);
        }
    }
}
