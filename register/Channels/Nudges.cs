using Microservices.Bus;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using SessionKey = Microservices.Contracts.Bus.SessionKey;

namespace Microservices.Register.Channels;

/// <summary>Tells the rooms of due inboxes how far these have come; one message a room. What isn't told is due again.</summary>
internal sealed class Nudges(IBus bus, LiveRooms live, ChannelMetrics metrics, TimeProvider time)
{
    private const int MaxPerMessage = 1_000;

    /// <summary>How many sessions were told of.</summary>
    public async Task<int> SendAsync(IReadOnlyCollection<DueInbox> due, CancellationToken cancellationToken)
    {
        var view = await live.ViewAsync(due.SelectMany(static inbox => inbox.Sessions), cancellationToken);
        var sessions = due.SelectMany(inbox => LiveSessions.Of(inbox.Sessions, view).Select(session => (Session: session, inbox.Head)));
        var told = 0;
        foreach (var room in sessions.GroupBy(static one => one.Session.Incarnation))
        {
            foreach (var batch in room.Chunk(MaxPerMessage))
            {
                var nudge = new Nudge();
                foreach (var (session, head) in batch)
                {
                    nudge.Sessions.Add(new SessionKey { Session = session.Key.Session, Epoch = session.Key.Epoch });
                    nudge.Heads.Add(head.ToContract());
                }

                var outcome = await bus.PublishToRoomAsync(room.Key, new RoomMessage { Id = MessageId.New(0, time), Nudge = nudge }, cancellationToken);
                metrics.Nudged(outcome, batch.Length);
                told += outcome == PublishOutcome.Accepted ? batch.Length : 0;
            }
        }

        return told;
    }
}
