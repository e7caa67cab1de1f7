using Microservices.Contracts.Register;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microsoft.Extensions.Options;
using Session = Microservices.Gateway.Sessions.Session;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>Pages of logs that sessions need, read in register: those that wait together share a call.</summary>
internal sealed class LogReads
{
    private readonly BatchedCalls<(Session Session, ChannelKind Channel, LogPosition After)> _calls;
    private readonly Contracts.Register.Channels.ChannelsClient _register;
    private readonly LeaseStanding _standing;
    private readonly DeliveryOptions _options;
    private readonly TimeSpan _callTimeout;
    private readonly TimeProvider _time;
    private readonly ILogger<LogReads> _logger;

    public LogReads(
        Contracts.Register.Channels.ChannelsClient register,
        LeaseStanding standing,
        IOptions<DeliveryOptions> options,
        IOptions<SessionsOptions> sessionOptions,
        TimeProvider time,
        ILogger<LogReads> logger)
    {
        _register = register;
        _standing = standing;
        _options = options.Value;
        _callTimeout = sessionOptions.Value.CallTimeout;
        _time = time;
        _logger = logger;
        _calls = new(sessionOptions.Value.MaxBatch, _options.ConcurrentReads, time, logger);
    }

    /// <summary>Asks for the page behind <paramref name="after"/>. Never waits.</summary>
    public void Add(Session session, ChannelKind channel, LogPosition after) => _calls.Add((session, channel, after));

    /// <summary>Reads, and gives each page to <paramref name="delivery"/>.</summary>
    public Task RunAsync(ChannelDelivery delivery, CancellationToken cancellationToken) =>
        _calls.RunAsync((batch, cancelled) => ReadAsync(delivery, batch, cancelled), cancellationToken);

    private async Task ReadAsync(ChannelDelivery delivery, List<(Session Session, ChannelKind Channel, LogPosition After)> batch, CancellationToken cancellationToken)
    {
        batch.RemoveAll(static one => one.Session.IsClosing);
        if (batch.Count == 0)
        {
            return;
        }

        // At least half of a window is free when a page is asked for.
        var request = new ReadRequest { MaxMessages = (uint)Math.Max(1, _options.MaxInFlight / 2), MaxBytes = (uint)Math.Max(1, _options.MaxInFlightBytes / 2) };
        foreach (var (session, channel, after) in batch)
        {
            request.Channels.Add(new ReadChannel { App = session.App.Name, User = channel == ChannelKind.Inbox ? session.User : "", After = after.ToContract() });
        }

        var reply = await _register.ReadAsync(request, deadline: _time.GetUtcNow().UtcDateTime + _callTimeout, cancellationToken: cancellationToken);
        await _standing.UntilKnownAsync(cancellationToken);
        (Session, ChannelKind, LogPosition)[] asked = [.. batch];
        batch.Clear();
        foreach (var (i, one) in asked.Index())
        {
            if (i >= reply.Pages.Count || reply.Pages[i].Unavailable)
            {
                batch.Add(one);
            }
            else
            {
                Give(delivery, one.Item1, one.Item2, reply.Pages[i]);
            }
        }
    }

    private void Give(ChannelDelivery delivery, Session session, ChannelKind channel, ChannelPage page)
    {
        try
        {
            delivery.Take(session, channel, LogPage.Of(session.App.Name, page));
        }
        catch (Exception fault)
        {
            Log.PageFailed(_logger, fault);
        }
    }
}
