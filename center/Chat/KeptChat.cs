using Microservices.Bus;
using Microservices.Center.Kept;
using Microservices.Center.Refusals;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using ChatBody = Microservices.Contracts.Bus.Chat;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;

namespace Microservices.Center.Chat;

/// <summary>
/// Chat of apps that keep it: into the inboxes of its recipients, then to their rooms. Its key is that of the uplink message, so that one that is handled
/// again, by whichever center, is kept once.
/// </summary>
internal sealed class KeptChat(Appender appender, KeptFanout fanout)
{
    /// <returns>Null: register didn't answer for all. It has to be done again; rooms drop what they had, by position.</returns>
    public async Task<KeptChatResult?> SendAsync(ChatJob job, CancellationToken cancellationToken)
    {
        var content = new KeptMessage
        {
            Id = ChatMessageId.OfDelivery(job.Message),
            Audience = job.Chat.Command == ChatCommand.One ? Audience.One : Audience.Several,
            Chat = new ChatBody { ChatFrom = job.Message.User, ChatContent = job.Chat.ChatContent },
        };
        AppendResult[] results;
        try
        {
            results = await appender.AppendAsync(content, job.Message.App, job.Recipients, ttlMs: 0, job.Key.ToString(), cancellationToken);
        }
        catch (RefusedException refused) when (refused.Code == RefusalCode.RateLimited)
        {
            return null;
        }

        var sent = await fanout.SendAsync(content, job.Message.App, results);
        if (Array.Exists(results, static result => result.Outcome == Outcome.Unavailable))
        {
            return null;
        }

        var (sessions, everyone) = (0, true);
        var refusals = new List<(string User, AppendResult Result)>();
        for (var i = 0; i < results.Length; i++)
        {
            var result = results[i];
            if (result.Outcome is not (Outcome.Appended or Outcome.Repeated))
            {
                refusals.Add((job.Recipients[i], result));
                continue;
            }

            var reached = KeptFanout.IsToSend(result) ? result.Sessions.Count(session => sent.To(session, result) == PublishOutcome.Accepted) : 0;
            (sessions, everyone) = (sessions + reached, everyone && reached > 0);
        }

        return new KeptChatResult(sessions, everyone, refusals);
    }
}
