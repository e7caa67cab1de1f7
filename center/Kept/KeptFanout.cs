using Microservices.Bus;
using Microservices.Center.Sessions;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microsoft.Extensions.Options;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;
using PushBody = Microservices.Contracts.Bus.Push;
using Session = Microservices.Contracts.Register.Session;

namespace Microservices.Center.Kept;

/// <summary>
/// Sends what was kept to the rooms that hold its recipients, as the append told them. It is a hint: what the bus loses, or takes too late, is in the log.
/// So nobody waits for the bus longer than <see cref="KeptOptions.BusPatience"/>, and not at all while it is known to be away.
/// </summary>
internal sealed class KeptFanout(IBus bus, IOptions<KeptOptions> options)
{
    /// <summary>One message a room (and another one where some users got it before, under the name of then).</summary>
    /// <param name="content">What was appended.</param>
    /// <param name="results">Of inboxes.</param>
    public async Task<KeptSent> SendAsync(KeptMessage content, string app, IReadOnlyList<AppendResult> results)
    {
        var messages = new Dictionary<(ulong Room, string Id), RoomMessage>();
        foreach (var result in results)
        {
            if (IsToSend(result))
            {
                foreach (var session in result.Sessions)
                {
                    Add(messages, content, app, result, session);
                }
            }
        }

        var pending = new Task<PublishOutcome>[messages.Count];
        var next = 0;
        foreach (var (place, message) in messages)
        {
            // Handed over, it is sent even if the caller leaves.
            pending[next++] = bus.PublishToRoomAsync(place.Room, message, CancellationToken.None).AsTask();
        }

        await WaitAsync(pending);
        var sent = new Dictionary<(ulong Room, string Id), PublishOutcome>(messages.Count);
        next = 0;
        foreach (var place in messages.Keys)
        {
            sent.Add(place, OutcomeOf(pending[next++]));
        }

        return new KeptSent(content.Id, sent);
    }

    /// <summary>One message to all rooms.</summary>
    public async Task<PublishOutcome> SendToEverybodyAsync(KeptMessage content, string app, AppendResult result)
    {
        var message = NewMessage(content, app, result);
        message.Delivery.Everybody = true;
        message.Delivery.Positions.Add(result.Position);
        var pending = bus.PublishToAllRoomsAsync(message, CancellationToken.None).AsTask();
        await WaitAsync(pending);
        return OutcomeOf(pending);
    }

    /// <summary>It is in the log and waits there.</summary>
    public static bool IsToSend(AppendResult result) => result.Outcome == Outcome.Appended || result is { Outcome: Outcome.Repeated, Done: false };

    private static void Add(Dictionary<(ulong Room, string Id), RoomMessage> messages, KeptMessage content, string app, AppendResult result, Session session)
    {
        var place = (session.Incarnation, KeptSent.IdOf(result, content.Id));
        if (!messages.TryGetValue(place, out var message))
        {
            messages.Add(place, message = NewMessage(content, app, result));
        }
        else if (message.Delivery.Push is { } push && push.ExpiresUnixMs < result.ExpiresUnixMs)
        {
            // The parts of the store have clocks of their own; the log has the right time of each.
            push.ExpiresUnixMs = result.ExpiresUnixMs;
        }

        message.Delivery.Recipients.Add(session.BusKey());
        message.Delivery.Positions.Add(result.Position);
    }

    private static RoomMessage NewMessage(KeptMessage content, string app, AppendResult result)
    {
        var delivery = new Delivery { App = app, Audience = content.Audience, NotifyOnly = content.NotifyOnly };
        if (content.Chat is { } chat)
        {
            delivery.Chat = chat;
        }
        else
        {
            delivery.Push = new PushBody(content.Push) { ExpiresUnixMs = result.ExpiresUnixMs };
        }

        return new RoomMessage { Id = KeptSent.IdOf(result, content.Id), Delivery = delivery };
    }

    private async ValueTask WaitAsync(params Task<PublishOutcome>[] pending)
    {
        Task all = pending.Length == 1 ? pending[0] : Task.WhenAll(pending);
        if (all.IsCompleted || !bus.IsConnected)
        {
            return;
        }

        await all.WaitAsync(options.Value.BusPatience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static PublishOutcome OutcomeOf(Task<PublishOutcome> pending) =>
        pending.IsCompleted ? pending.GetAwaiter().GetResult() : PublishOutcome.Unavailable;
}
