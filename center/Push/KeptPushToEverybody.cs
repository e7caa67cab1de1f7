using Microservices.Bus;
using Microservices.Center.Kept;
using Microservices.Center.Messages;
using Microservices.Center.Refusals;
using Microservices.Center.Rooms;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using AppendOutcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;

namespace Microservices.Center.Push;

/// <summary>A push to everybody with QoS 1: into the app's channel "all", then one message to all rooms. Rooms that miss it read the channel.</summary>
internal sealed class KeptPushToEverybody(Appender appender, KeptFanout fanout, RoomDirectory rooms)
{
    /// <summary>The channel "all" is the inbox of nobody.</summary>
    private static readonly string[] Nobody = [""];

    public async Task<PushReply> RunAsync(PushContent content, PushRequest request, CancellationToken cancellationToken)
    {
        var message = content.ToKeep(Audience.All);
        var result = (await appender.AppendAsync(message, request.App, Nobody, request.TtlMs, request.Key, cancellationToken))[0];
        switch (result.Outcome)
        {
            case AppendOutcome.Appended or AppendOutcome.Repeated:
                break;
            case AppendOutcome.Unavailable when Appender.IsTooLate(result):
                throw new RefusedException(RefusalCode.TryLater, "ttl_ms: it passed while the message waited for register; it was not kept.");
            case AppendOutcome.Unavailable:
                throw RefusedException.PartIsAway(request.Key.Length > 0
                    ? "Register's store doesn't answer. The message may have been kept: repeat the push with its key."
                    : "Register's store doesn't answer. The message may have been kept; with a key the push could be repeated.");
            case AppendOutcome.KeyReused:
                throw new RefusedException(RefusalCode.KeyReused, "key: another message was kept for everybody under it; use a new key for a new message.");
            case AppendOutcome.Full:
                throw new RefusedException(RefusalCode.InboxFull, result.Sentence());
            case AppendOutcome.UnknownApp:
                throw new RefusedException(RefusalCode.UnknownApp, $"There is no app '{request.App}'.");
            default:
                throw new RefusedException(RefusalCode.InvalidArgument, result.Sentence());
        }

        // Away, the bus takes nothing from what was promised: rooms learn of the channel's head with their leases.
        var isSent = KeptFanout.IsToSend(result)
            && await fanout.SendToEverybodyAsync(message, request.App, result) == PublishOutcome.Accepted;
        var id = KeptSent.IdOf(result, content.MessageId);
        return new PushReply
        {
            MessageId = id,
            Rooms = isSent ? (uint)rooms.Count : 0,
            Position = result.Position?.ToApi(),
            Repeated = id != content.MessageId,
        };
    }
}
