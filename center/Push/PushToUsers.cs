using Microservices.Bus;
using Microservices.Center.Fanout;
using Microservices.Center.Refusals;
using Microservices.Center.Sessions;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;

namespace Microservices.Center.Push;

/// <summary>Users → their sessions, in one look-up → one message for each room that holds some → an outcome for each user.</summary>
internal sealed class PushToUsers(SessionLookup sessions, RoomPublisher rooms)
{
    public async Task<IReadOnlyList<UserOutcome>> RunAsync(PushContent content, string app, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        var found = await sessions.FindAsync(app, users, cancellationToken);
        var recipients = new RecipientsByRoom();
        foreach (var session in found.SelectMany(static user => user.Sessions).Where(session => CanShow(session, content)))
        {
            recipients.Add(session);
        }

        var audience = users.Count == 1 ? Audience.One : Audience.Several;
        var published = await rooms.PublishAsync(recipients.Posts(keys => content.To(keys, audience)), cancellationToken);
        if (published.Values.Contains(PublishOutcome.Unavailable) && !published.Values.Contains(PublishOutcome.Accepted))
        {
            throw RefusedException.PartIsAway("The message bus doesn't take messages; nothing was sent.");
        }

        return [.. found.Select(user => OutcomeOf(user, content, published))];
    }

    private static bool CanShow(Session session, PushContent content) => content.IsText || !session.ChatClient;

    private static UserOutcome OutcomeOf(UserSessions user, PushContent content, IReadOnlyDictionary<ulong, PublishOutcome> published)
    {
        var outcome = new UserOutcome { User = user.User };
        if (user.Sessions.Count == 0)
        {
            outcome.Outcome = Outcome.Offline;
            return outcome;
        }

        var leftOut = user.Sessions.Where(session => !CanShow(session, content)).ToArray();
        if (leftOut.Length == user.Sessions.Count)
        {
            return Refuse(outcome, Outcome.Refused, RefusalCode.NotText, "payload: it is not UTF-8 text, which the user's client, one of the chat protocol, needs.");
        }

        RoomOutcomes.Fill(outcome, user.Sessions.Where(session => CanShow(session, content)), published);
        if (outcome.Outcome == Outcome.Sent && leftOut.Length > 0)
        {
            outcome.Message = $"{outcome.Message} {LeftOut.Sentence(leftOut)}".Trim();
        }

        return outcome;
    }

    private static UserOutcome Refuse(UserOutcome outcome, Outcome what, RefusalCode code, string message)
    {
        outcome.Outcome = what;
        outcome.Code = code.Name;
        outcome.Message = message;
        return outcome;
    }
}
