using Microservices.Bus;
using Microservices.Center.Refusals;
using Microservices.Center.Sessions;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;

namespace Microservices.Center.Fanout;

/// <summary>What became of the rooms' messages, told for a user.</summary>
internal static class RoomOutcomes
{
    /// <summary>SENT when a room of <paramref name="sessions"/> took the message, otherwise UNDELIVERED and why.</summary>
    public static void Fill(UserOutcome outcome, IEnumerable<Session> sessions, IReadOnlyDictionary<ulong, PublishOutcome> published)
    {
        var gone = new SortedSet<string>(StringComparer.Ordinal);
        var unavailable = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var session in sessions)
        {
            switch (published[session.Incarnation])
            {
                case PublishOutcome.Accepted:
                    outcome.SentTo.Add(new SentTo { Room = session.Room, Device = session.ShownDevice() });
                    break;
                case PublishOutcome.NoRoom:
                    gone.Add(session.Room);
                    break;
                default:
                    unavailable.Add(session.Room);
                    break;
            }
        }

        if (outcome.SentTo.Count > 0)
        {
            outcome.Outcome = Outcome.Sent;
            outcome.Message = $"{Gone(gone)} {Unavailable(unavailable)}".Trim();
            return;
        }

        outcome.Outcome = Outcome.Undelivered;
        var (code, message) = unavailable.Count > 0
            ? (RefusalCode.TryLater, Unavailable(unavailable))
            : (RefusalCode.RoomGone, Gone(gone));
        outcome.Code = code.Name;
        outcome.Message = message;
    }

    /// <summary>The outcome as metrics name it.</summary>
    public static string NameOf(Outcome outcome) => outcome switch
    {
        Outcome.Sent => "sent",
        Outcome.Offline => "offline",
        Outcome.Refused => "refused",
        Outcome.Kept => "kept",
        _ => "undelivered",
    };

    private static string Gone(SortedSet<string> rooms) => rooms.Count == 0 ? "" : $"Gone: room {string.Join(", ", rooms)}.";

    private static string Unavailable(SortedSet<string> rooms) =>
        rooms.Count == 0 ? "" : $"The message bus didn't confirm the message to room {string.Join(", ", rooms)} in time.";
}
