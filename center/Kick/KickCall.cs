using Grpc.Core;
using Microservices.Center.Apps;
using Microservices.Center.Diagnostics;
using Microservices.Center.Fanout;
using Microservices.Center.Refusals;
using Microservices.Center.Sessions;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;

namespace Microservices.Center.Kick;

/// <summary>The call Kick: register ends the users' sessions, and sees to it that their rooms close them.</summary>
internal sealed class KickCall(AppCatalog apps, SessionsClient register, CenterMetrics metrics)
{
    public async Task<KickReply> RunAsync(KickRequest request, CancellationToken cancellationToken)
    {
        KickRules.Check(request);
        var app = await apps.GetAsync(request.App, cancellationToken);

        // As in a look-up: what a user's sessions take bounds the users of one call.
        var calls = request.Users.Chunk(SessionLookup.UsersPerCall).Select(users => KickAsync(app.Name, users, request, cancellationToken)).ToArray();
        var kicked = (await Task.WhenAll(calls)).SelectMany(static users => users).ToArray();
        if (kicked.All(static user => user.Unavailable))
        {
            throw RefusedException.PartIsAway("Register, which knows the sessions, doesn't answer; no session was ended for certain.");
        }

        var reply = new KickReply { Outcomes = { kicked.Select((user, i) => ToOutcome(request.Users[i], request.Device, user)) } };
        foreach (var group in reply.Outcomes.CountBy(static outcome => outcome.Outcome))
        {
            metrics.Kicked(RoomOutcomes.NameOf(group.Key), group.Value);
        }

        return reply;
    }

    private async Task<IReadOnlyList<KickedUser>> KickAsync(string app, string[] users, KickRequest request, CancellationToken cancellationToken)
    {
        var call = new KickSessionsRequest { App = app, Reason = request.Reason };
        foreach (var user in users)
        {
            var target = new KickTarget { User = user };
            if (request.Device.Length > 0)
            {
                target.Device = request.Device;
            }

            call.Targets.Add(target);
        }

        try
        {
            var reply = await register.KickAsync(call, cancellationToken: cancellationToken);
            return reply.Users.Count == users.Length
                ? reply.Users
                : throw new InvalidOperationException($"Register answered for {reply.Users.Count} of {users.Length} users.");
        }
        catch (RpcException fault) when (RegisterFault.IsPassing(fault) && !cancellationToken.IsCancellationRequested)
        {
            // What the other calls ended is worth telling.
            return [.. users.Select(static _ => new KickedUser { Unavailable = true })];
        }
    }

    private static UserOutcome ToOutcome(string user, string device, KickedUser kicked)
    {
        var outcome = new UserOutcome { User = user, Outcome = Outcome.Offline };

        // A session of a room that is dead ended with it.
        outcome.SentTo.AddRange(kicked.Ended.Where(static session => session.Room.Length > 0).Select(static session => new SentTo { Room = session.Room, Device = session.ShownDevice() }));
        if (outcome.SentTo.Count > 0)
        {
            outcome.Outcome = Outcome.Sent;
        }
        else if (kicked.Unavailable)
        {
            outcome.Outcome = Outcome.Undelivered;
            outcome.Code = RefusalCode.TryLater.Name;
            outcome.Message = "The store didn't answer for this user; try again.";
        }
        else if (device.Length > 0)
        {
            outcome.Message = $"No session with device '{device}'.";
        }

        return outcome;
    }
}
