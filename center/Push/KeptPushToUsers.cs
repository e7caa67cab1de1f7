using Microservices.Center.Kept;
using Microservices.Center.Messages;
using Microservices.Center.Refusals;
using Microservices.Center.Sessions;
using Microservices.Bus;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using AppendOutcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;
using Session = Microservices.Contracts.Register.Session;

namespace Microservices.Center.Push;

/// <summary>
/// A push with QoS 1: into the users' inboxes, which also tells their sessions → one message for each room that holds some → an outcome for each user.
/// What the bus doesn't take is delivered late: register looks after inboxes where something waits.
/// </summary>
internal sealed class KeptPushToUsers(Appender appender, KeptFanout fanout)
{
    public async Task<IReadOnlyList<UserOutcome>> RunAsync(PushContent content, PushRequest request, CancellationToken cancellationToken)
    {
        var users = request.Users.Users_;
        var message = content.ToKeep(users.Count == 1 ? Audience.One : Audience.Several);
        var results = await appender.AppendAsync(message, request.App, users, request.TtlMs, request.Key, cancellationToken);
        if (Array.TrueForAll(results, static result => result.Outcome == AppendOutcome.UnknownApp))
        {
            throw new RefusedException(RefusalCode.UnknownApp, $"There is no app '{request.App}'.");
        }

        var sent = await fanout.SendAsync(message, request.App, results);
        var outcomes = new UserOutcome[users.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = OutcomeOf(users[i], results[i], content, sent, request.Key.Length > 0);
        }

        return outcomes;
    }

    private static UserOutcome OutcomeOf(string user, AppendResult result, PushContent content, KeptSent sent, bool hasKey)
    {
        var outcome = new UserOutcome { User = user };
        switch (result.Outcome)
        {
            case AppendOutcome.Appended:
            case AppendOutcome.Repeated:
                outcome.Position = result.Position?.ToApi();
                var id = KeptSent.IdOf(result, content.MessageId);
                if (id != content.MessageId)
                {
                    // Otherwise the first was this call's own attempt.
                    (outcome.Repeated, outcome.MessageId) = (true, id);
                }

                TellOfSessions(outcome, result, content, sent);
                return outcome;
            case AppendOutcome.Unavailable:
                return Fail(outcome, Outcome.Undelivered, RefusalCode.TryLater, Unavailable(result, hasKey));
            case AppendOutcome.Full:
                return Fail(outcome, Outcome.Refused, RefusalCode.InboxFull, result.Sentence());
            case AppendOutcome.KeyReused:
                return Fail(outcome, Outcome.Refused, RefusalCode.KeyReused, "key: another message was kept for the user under it; use a new key for a new message.");
            case AppendOutcome.UnknownApp:
                return Fail(outcome, Outcome.Refused, RefusalCode.UnknownApp, result.Sentence());
            default:
                return Fail(outcome, Outcome.Refused, RefusalCode.InvalidArgument, result.Sentence());
        }
    }

    private static void TellOfSessions(UserOutcome outcome, AppendResult result, PushContent content, KeptSent sent)
    {
        outcome.Outcome = Outcome.Kept;
        if (!KeptFanout.IsToSend(result))
        {
            outcome.Message = "It doesn't wait any more: it was acknowledged, expired, or was given up.";
            return;
        }

        if (result.Sessions.Count == 0)
        {
            outcome.Message = "The user is offline.";
            return;
        }

        var leftOut = new List<Session>();
        var (gone, late) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var session in result.Sessions)
        {
            var published = sent.To(session, result);
            if (session.ChatClient && !content.IsText)
            {
                // Its room passes it by.
                leftOut.Add(session);
            }
            else if (published == PublishOutcome.Accepted)
            {
                outcome.Outcome = Outcome.Sent;
                outcome.SentTo.Add(new SentTo { Room = session.Room, Device = session.ShownDevice() });
            }
            else
            {
                (published == PublishOutcome.NoRoom ? gone : late).Add(session.Room);
            }
        }

        if (gone.Count + late.Count + leftOut.Count > 0)
        {
            outcome.Message = Explain(outcome, result.Sessions.Count, leftOut, gone, late);
        }
    }

    private static string Explain(UserOutcome outcome, int sessions, List<Session> leftOut, SortedSet<string> gone, SortedSet<string> late)
    {
        if (leftOut.Count == sessions)
        {
            return "The payload is not UTF-8 text: the user's connected clients, of the chat protocol, never get it.";
        }

        List<string> sentences = [];
        if (late.Count > 0)
        {
            sentences.Add($"The message bus didn't confirm the message to room {string.Join(", ", late)} in time: it is delivered late.");
        }

        if (gone.Count > 0)
        {
            sentences.Add($"Gone: room {string.Join(", ", gone)}{(outcome.Outcome == Outcome.Sent ? "." : "; it is delivered when the user is back.")}");
        }

        if (leftOut.Count > 0)
        {
            sentences.Add(LeftOut.Sentence(leftOut));
        }

        return string.Join(' ', sentences);
    }

    private static string Unavailable(AppendResult result, bool hasKey) =>
        Appender.IsTooLate(result) ? "ttl_ms: it passed while the message waited for register; it was not kept."
        : hasKey ? "Register's store doesn't answer. The message may have been kept: repeat the push with its key."
        : "Register's store doesn't answer. The message may have been kept; with a key the push could be repeated.";

    private static UserOutcome Fail(UserOutcome outcome, Outcome what, RefusalCode code, string message)
    {
        (outcome.Outcome, outcome.Code, outcome.Message) = (what, code.Name, message);
        return outcome;
    }
}
