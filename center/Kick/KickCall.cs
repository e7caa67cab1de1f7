using Microservices.Center.Apps;
using Microservices.Center.Diagnostics;
using Microservices.Center.Fanout;
using Microservices.Center.Refusals;
using Microservices.Center.Sessions;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;

namespace Microservices.Center.Kick;

/// <summary>The call Kick: rooms are told to close the users' sessions.</summary>
internal sealed class KickCall(AppCatalog apps, SessionLookup sessions, RoomPublisher rooms, CenterMetrics metrics, TimeProvider time)
{
    public async Task<KickReply> RunAsync(KickRequest request, CancellationToken cancellationToken)
    {
        KickRules.Check(request);
        var app = await apps.GetAsync(request.App, cancellationToken);
        var found = await sessions.FindAsync(app.Name, request.Users, cancellationToken);
        var recipients = new RecipientsByRoom();
        foreach (var session in found.SelectMany(static user => user.Sessions).Where(session => Concerns(request, session)))
        {
            recipients.Add(session);
        }

        var id = MessageId.New(Partition.Of(app.Name, request.Users[0]), time);
        var published = await rooms.PublishAsync(recipients.Posts(keys => Close(id, keys, request.Reason)), cancellationToken);
        if (published.Values.Contains(Bus.PublishOutcome.Unavailable) && !published.Values.Contains(Bus.PublishOutcome.Accepted))
        {
            throw RefusedException.PartIsAway("The message bus doesn't take messages; no session was closed.");
        }

        var reply = new KickReply();
        foreach (var user in found)
        {
            var outcome = new UserOutcome { User = user.User, Outcome = Outcome.Offline };
            var concerned = user.Sessions.Where(session => Concerns(request, session)).ToArray();
            if (concerned.Length > 0)
            {
                RoomOutcomes.Fill(outcome, concerned, published);
            }
            else if (user.Sessions.Count > 0)
            {
                outcome.Message = $"Online, but not with device '{request.Device}'.";
            }

            reply.Outcomes.Add(outcome);
        }

        foreach (var group in reply.Outcomes.CountBy(static outcome => outcome.Outcome))
        {
            metrics.Kicked(RoomOutcomes.NameOf(group.Key), group.Value);
        }

        return reply;
    }

    // With a policy of one session a user, the session has no device of its own, but the client named one.
    private static bool Concerns(KickRequest request, Session session) =>
        request.Device.Length == 0 || session.Device == request.Device || session.NamedDevice == request.Device;

    private static RoomMessage Close(string id, IReadOnlyList<Contracts.Bus.SessionKey> keys, string reason) => new()
    {
        Id = id,
        Close = new CloseSessions { Sessions = { keys }, Code = RefusalCode.Kicked.Number, Message = reason },
    };
}
