using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Presence;
using Microservices.Register.Rooms;
using Microservices.Register.Store;

namespace Microservices.Register.Sessions;

/// <summary>Ends sessions whoever holds them: first in the store, then their rooms are told, as displaced ones are.</summary>
internal sealed class SessionKicks(
    ISessionStore sessions, LiveRooms live, Displacements displacements, IPresenceSignal signal, RegisterMetrics metrics)
{
    private const string NoReason = "closed by an operator or an app";

    /// <summary>Takes a request that has been checked.</summary>
    public async Task<KickSessionsReply> KickAsync(KickSessionsRequest request, CancellationToken cancellationToken)
    {
        var kicked = await sessions.KickAsync(request.App, [.. request.Targets.Select(ToKick)], cancellationToken);
        var reply = new KickSessionsReply();
        foreach (var (i, ended) in kicked.Ended.Index())
        {
            reply.Users.Add(new KickedUser { Ended = { ended ?? [] }, Unavailable = ended is null });
            if (ended?.Count > 0)
            {
                signal.Dirty(Partition.Of(request.App, request.Targets[i].User));
            }
        }

        metrics.Batch("kick", request.Targets.Count);
        metrics.Kicked(reply.Users.Sum(static user => user.Ended.Count));
        await TellAsync(reply, kicked.ToTell, request.Reason, cancellationToken);
        return reply;
    }

    private static SessionKick ToKick(KickTarget target) => new(target.User, target.HasDevice ? target.Device : null, target.Epoch);

    private async Task TellAsync(KickSessionsReply reply, IReadOnlyList<DisplacedSession> toTell, string reason, CancellationToken cancellationToken)
    {
        if (toTell.Count == 0)
        {
            return;
        }

        RoomView view;
        try
        {
            view = await live.CurrentAsync(toTell.Max(static session => session.Incarnation), cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // The kicks stand, and their partitions remember whom to tell.
            return;
        }

        Session[] counting = [.. reply.Users.SelectMany(static user => user.Ended).Where(session => view.IsLive(session.Incarnation))];
        foreach (var session in counting)
        {
            session.Room = view.NameOf(session.Incarnation);
        }

        displacements.Notify(counting, CloseCode.Kicked, reason.Length == 0 ? NoReason : reason);
        await displacements.RecordAsync(toTell, view, cancellationToken);
    }
}
