using Microservices.Contracts.Register;
using Microservices.Register.Rooms;
using Microservices.Register.Store;

namespace Microservices.Register.Sessions;

/// <summary>What is known of the latest sessions of users who are not there: kept of ended ones, or still stored of a room that is dead.</summary>
internal static class LastSessions
{
    /// <summary>Adds them to an answer, for the users without a live session: only these cost a second look.</summary>
    public static async Task AddAsync(
        ISessionStore sessions,
        string app,
        LookupReply reply,
        IReadOnlyList<IReadOnlyList<Session>> stored,
        RoomView view,
        CancellationToken cancellationToken)
    {
        int[] away = [.. Enumerable.Range(0, stored.Count).Where(i => reply.Users[i].Sessions.Count == 0)];
        var ended = await sessions.LastAsync(app, [.. away.Select(i => reply.Users[i].User)], cancellationToken);
        foreach (var (k, i) in away.Index())
        {
            var unswept = stored[i].MaxBy(static session => session.Key.Epoch);
            reply.Users[i].Last = unswept is null || ended[k]?.Epoch > unswept.Key.Epoch ? ended[k] : LastOf(unswept, view);
        }
    }

    private static LastSession LastOf(Session unswept, RoomView view) => new()
    {
        Device = unswept.NamedDevice,
        RemoteAddress = unswept.RemoteAddress,
        LastSeenUnixMs = unswept.State == SessionState.Alive ? view.StoreTime / 1000 : unswept.LastSeenUnixMs,
        Code = (uint)CloseCode.ConnectionLost,
        Epoch = unswept.Key.Epoch,
    };
}
