using System.Threading.Channels;
using Microservices.Bus;
using Microservices.Contracts;
using Microservices.Contracts.Bus;

namespace Microservices.Register.Sessions;

/// <summary>Publishes close notices to rooms, those that wait together in one message per room. Only a hint that makes it fast: lease renewals repeat it.</summary>
internal sealed class CloseNotices(IBus bus, RegisterMetrics metrics, TimeProvider time, ILogger<CloseNotices> logger) : BackgroundService
{
    private const int MaxWaiting = 10_000;
    private const int MaxPerMessage = 1_000;

    private readonly Channel<CloseNotice> _waiting = Channel.CreateBounded<CloseNotice>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    public void Post(CloseNotice notice)
    {
        if (!_waiting.Writer.TryWrite(notice))
        {
            metrics.NoticeDropped();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<CloseNotice>(MaxPerMessage);
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                while (batch.Count < MaxPerMessage && _waiting.Reader.TryRead(out var notice))
                {
                    batch.Add(notice);
                }

                await PublishAsync(batch, stoppingToken);
                batch.Clear();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task PublishAsync(List<CloseNotice> batch, CancellationToken cancellationToken)
    {
        foreach (var group in batch.GroupBy(static notice => (notice.Incarnation, notice.Code, notice.Message)))
        {
            try
            {
                var outcome = await bus.PublishToRoomAsync(group.Key.Incarnation, MessageOf(group.Key.Code, group.Key.Message, group), cancellationToken);
                if (outcome == PublishOutcome.Unavailable)
                {
                    Log.NoticeNotPublished(logger, group.Key.Incarnation);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Log.NoticeFailed(logger, fault, group.Key.Incarnation);
            }
        }
    }

    private RoomMessage MessageOf(CloseCode code, string message, IEnumerable<CloseNotice> notices)
    {
        var close = new CloseSessions { Code = (uint)code, Message = message };
        close.Sessions.AddRange(notices.Select(static notice => new SessionKey { Session = notice.Session, Epoch = notice.Epoch }));
        return new RoomMessage { Id = MessageId.New(0, time), Close = close };
    }
}
