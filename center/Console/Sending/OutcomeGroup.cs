using Microservices.Center.Console.Languages;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;

namespace Microservices.Center.Console.Sending;

/// <summary>Users for whom the same came of a message.</summary>
/// <param name="Code">Why not, a name of proto/codes.csv; empty when there is no fault.</param>
/// <param name="Users">As they are shown.</param>
internal sealed record OutcomeGroup(Outcome Outcome, string Code, IReadOnlyList<string> Users)
{
    public bool IsGood => Outcome is Outcome.Sent or Outcome.Kept;

    public string Title(Texts texts) => Outcome switch
    {
        Outcome.Sent => texts.SentTo,
        Outcome.Kept => texts.KeptFor,
        Outcome.Offline => texts.OfflineUsers,
        Outcome.Refused => texts.RefusedFor,
        _ => texts.FailedFor,
    };

    /// <summary>Why, or what to do; empty when nothing need be said.</summary>
    public string Why(Texts texts) => Outcome == Outcome.Offline ? texts.OfflineHint : Code.Length > 0 ? texts.OfCode(Code) : "";
}
