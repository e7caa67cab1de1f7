using Microservices.Bus;
using Microservices.Center.Diagnostics;
using Microservices.Center.Fanout;
using Microservices.Contracts.Bus;
using ChatBody = Microservices.Contracts.Bus.Chat;

namespace Microservices.Center.Chat;

/// <summary>Sends one chat message to the rooms of its recipients, and tells its sender whom it did not reach.</summary>
internal sealed class ChatSender(IBus bus, RoomPublisher rooms, KeptChat kept, CenterMetrics metrics)
{
    /// <returns>False when the bus didn't take all of it (or register didn't keep it): it has to be done again. Rooms drop what they had, by the message's id.</returns>
    public async Task<bool> TrySendAsync(ChatJob job, ChatAudience audience, CancellationToken cancellationToken)
    {
        if (job.Refusal is { } refusal)
        {
            return await TryNotifyAsync(job, ChatNotice.Of(job, refusal.Code, refusal.Message), refusal.Code.Name, "refused", cancellationToken);
        }

        return job.Chat.Command == ChatCommand.All ? await TrySendToAllAsync(job, cancellationToken)
            : job.IsKept ? await TryKeepAsync(job, cancellationToken)
            : await TrySendToUsersAsync(job, audience, cancellationToken);
    }

    private async Task<bool> TrySendToAllAsync(ChatJob job, CancellationToken cancellationToken)
    {
        var delivery = NewDelivery(job);
        delivery.Everybody = true;
        delivery.Except = job.Message.Session;
        delivery.Audience = Audience.All;
        var outcome = await bus.PublishToAllRoomsAsync(Message(job, delivery), cancellationToken);
        return outcome != PublishOutcome.Unavailable && Done(job, "sent");
    }

    private async Task<bool> TrySendToUsersAsync(ChatJob job, ChatAudience audience, CancellationToken cancellationToken)
    {
        var recipients = new RecipientsByRoom();
        foreach (var session in job.Recipients.SelectMany(user => audience.SessionsOf(job.Message.App, user)))
        {
            recipients.Add(session);
        }

        var published = await rooms.PublishAsync(recipients.Posts(keys => ToSessions(job, keys)), cancellationToken);
        if (published.Values.Contains(PublishOutcome.Unavailable))
        {
            return false;
        }

        metrics.ChattedToSessions(recipients.Count);
        var missed = job.Recipients
            .Where(user => !audience.SessionsOf(job.Message.App, user).Any(session => published[session.Incarnation] == PublishOutcome.Accepted))
            .ToArray();
        if (missed.Length == 0)
        {
            return Done(job, "sent");
        }

        var outcome = missed.Length < job.Recipients.Count ? "partly_delivered" : "not_delivered";
        return await TryNotifyAsync(job, ChatNotice.NotDelivered(job, missed), "not_delivered", outcome, cancellationToken);
    }

    // What the bus doesn't take of it is delivered late, from the log: it isn't done again.
    private async Task<bool> TryKeepAsync(ChatJob job, CancellationToken cancellationToken)
    {
        if (await kept.SendAsync(job, cancellationToken) is not { } result)
        {
            return false;
        }

        metrics.ChattedToSessions(result.Sessions);
        if (result.Refusals.Count == 0)
        {
            return Done(job, result.ReachedAll ? "sent" : "kept");
        }

        var outcome = result.Refusals.Count < job.Recipients.Count ? "partly_delivered" : "not_delivered";
        var notice = ChatNotice.Of(job, result.Code, result.Sentence(job.Recipients.Count));
        return await TryNotifyAsync(job, notice, result.Code.Name, outcome, cancellationToken);
    }

    private async Task<bool> TryNotifyAsync(ChatJob job, RoomMessage notice, string code, string outcome, CancellationToken cancellationToken)
    {
        // A sender whose room is gone can't be told, and no longer waits for it.
        if (await bus.PublishToRoomAsync(job.Message.Incarnation, notice, cancellationToken) == PublishOutcome.Unavailable)
        {
            return false;
        }

        metrics.Noticed(code);
        return Done(job, outcome);
    }

    private bool Done(ChatJob job, string outcome)
    {
        metrics.Chatted(ChatCommand.NameOf(job.Chat.Command), outcome);
        return true;
    }

    private static RoomMessage ToSessions(ChatJob job, IReadOnlyList<SessionKey> keys)
    {
        var delivery = NewDelivery(job);
        delivery.Recipients.Add(keys);
        delivery.Audience = job.Chat.Command == ChatCommand.One ? Audience.One : Audience.Several;
        return Message(job, delivery);
    }

    private static Delivery NewDelivery(ChatJob job) => new()
    {
        App = job.Message.App,
        Chat = new ChatBody { ChatFrom = job.Message.User, ChatContent = job.Chat.ChatContent },
    };

    private static RoomMessage Message(ChatJob job, Delivery delivery) =>
        new() { Id = ChatMessageId.OfDelivery(job.Message), Delivery = delivery };
}
