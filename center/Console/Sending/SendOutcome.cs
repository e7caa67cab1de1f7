using Microservices.Contracts.Center;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;

namespace Microservices.Center.Console.Sending;

/// <summary>What came of a message.</summary>
/// <param name="Groups">Users by what came of it for them.</param>
/// <param name="IsSuccess">It was sent to, or kept for, somebody.</param>
/// <param name="IsPartial">And not for somebody else.</param>
internal sealed record SendOutcome(string MessageId, string App, IReadOnlyList<OutcomeGroup> Groups, bool IsSuccess, bool IsPartial)
{
    /// <summary>For everybody: null = it was not for everybody.</summary>
    public Audience To { get; private init; }

    public bool IsKept { get; private init; }

    public bool IsRepeated { get; init; }

    public static SendOutcome Of(SendForm form, PushReply reply)
    {
        if (form.To == Audience.Everybody)
        {
            return new SendOutcome(reply.MessageId, form.App, [], form.IsKept || reply.Rooms > 0, false) { To = form.To, IsKept = form.IsKept };
        }

        OutcomeGroup[] groups =
        [
            .. reply.Outcomes
                .GroupBy(static user => (user.Outcome, user.Code))
                .OrderBy(static group => Rank(group.Key.Outcome))
                .Select(static group => new OutcomeGroup(group.Key.Outcome, group.Key.Code, [.. group.Select(Name)])),
        ];
        var good = groups.Count(static group => group.IsGood);
        return new SendOutcome(reply.MessageId, form.App, groups, good > 0, good > 0 && good < groups.Length) { To = form.To, IsKept = form.IsKept };
    }

    // "alice (phone, laptop)"
    private static string Name(UserOutcome user)
    {
        var devices = string.Join(", ", user.SentTo.Select(static to => to.Device).Where(static device => device.Length > 0).Distinct());
        return devices.Length > 0 ? $"{user.User} ({devices})" : user.User;
    }

    private static int Rank(Outcome outcome) => outcome switch
    {
        Outcome.Sent => 0,
        Outcome.Kept => 1,
        Outcome.Offline => 2,
        Outcome.Undelivered => 3,
        _ => 4,
    };
}
