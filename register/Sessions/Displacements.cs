using Microservices.Contracts.Register;
using Microservices.Register.Rooms;
using Microservices.Register.Store;

namespace Microservices.Register.Sessions;

/// <summary>
/// Tells rooms which sessions they must close: at once by the bus, and in their lease renewals until they confirm. The second is recorded
/// before the claim is answered, and until it is recorded the partition of the claim keeps the session in its own list: so a displaced
/// session is told even when this register dies in between.
/// </summary>
internal sealed class Displacements(IRoomStore rooms, ISessionStore sessions, CloseNotices notices, ILogger<Displacements> logger)
{
    /// <summary>Records the sessions for their rooms and forgets those of dead rooms. A silent store is no fault: <see cref="UntoldDisplacements"/> finds them again.</summary>
    public async Task RecordAsync(IReadOnlyList<DisplacedSession> displaced, RoomView view, CancellationToken cancellationToken)
    {
        if (displaced.Count == 0)
        {
            return;
        }

        try
        {
            await rooms.DisplaceAsync([.. displaced.Where(session => view.IsLive(session.Incarnation))], cancellationToken);
            await sessions.SettleAsync(displaced, cancellationToken);
        }
        catch (StoreUnavailableException fault)
        {
            Log.DisplacedNotRecorded(logger, displaced.Count, fault.Message);
        }
    }

    /// <summary>Tells by the bus. Never waits; what doesn't fit is dropped and counted.</summary>
    /// <param name="message">Said to the client.</param>
    public void Notify(IEnumerable<Session> live, CloseCode code, string message)
    {
        foreach (var session in live)
        {
            notices.Post(new CloseNotice(session.Incarnation, session.Key.Session, session.Key.Epoch, code, message));
        }
    }
}
