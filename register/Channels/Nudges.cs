using Microservices.Bus;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Session = Microservices.Contracts.Register.Session;
using SessionKey = Microservices.Contracts.Bus.SessionKey;

namespace Microservices.Register.Channels;

/// <summary>Tells the rooms of due inboxes how far these have come; one message a room. What isn't told is due again.</summary>
internal sealed class Nudges(IBus bus, LiveRooms live, ChannelMetrics metrics, TimeProvider time)
{
    private const int MaxPerMessage = 1_000;

    public async Task SendAsync(IReadOnlyCollection<DueInbox> due, CancellationToken cancellationToken)
    {
        var view = await live.ViewAsync(due.SelectMany(static inbox => inbox.Sessions), cancellationToken);
        var sessions = due.SelectMany(inbox => LiveSessions.Of(inbox.Sessions, view).Select(session => (Session: session, inbox.Head)));
        await Task.WhenAll(sessions
            .GroupBy(static one => one.Session.Incarnation)
            .SelectMany(static room => room.Chunk(MaxPerMessage).Select(batch => (room.Key, batch)))
            .Select(one => PublishAsync(one.Key, one.batch, cancellationToken)));
    }

    private async Task PublishAsync(ulong incarnation, (Session Session, LogPosition Head)[] batch, CancellationToken cancellationToken)
    {
        var nudge = new Nudge();
        foreach (var (session, head) in batch)
        {
            nudge.Sessions.Add(new SessionKey { Session = session.Key.Session, Epoch = session.Key.Epoch });
            nudge.Heads.Add(head.ToContract());
        }

        var outcome = await bus.PublishToRoomAsync(incarnation, new RoomMessage { Id = MessageId.New(0, time), Nudge = nudge }, cancellationToken);
        metrics.Nudged(outcome, batch.Length);
    }
}
