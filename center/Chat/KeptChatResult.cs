using System.Globalization;
using Microservices.Center.Kept;
using Microservices.Center.Refusals;
using Microservices.Contracts.Register;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;

namespace Microservices.Center.Chat;

/// <param name="Sessions">That it was handed to rooms for.</param>
/// <param name="ReachedAll">Each recipient for whom it is kept has such a session.</param>
/// <param name="Refusals">Recipients for whom it is not kept.</param>
internal sealed record KeptChatResult(int Sessions, bool ReachedAll, IReadOnlyList<(string User, AppendResult Result)> Refusals)
{
    /// <summary>Of the first refusal.</summary>
    public RefusalCode Code => CodeOf(Refusals[0].Result.Outcome);

    /// <summary>What the sender is told: those whom the first refusal's reason keeps from the message, and the reason.</summary>
    public string Sentence(int recipients)
    {
        var reason = Refusals[0].Result;
        string[] users = [.. Refusals.Where(refusal => refusal.Result.Outcome == reason.Outcome).Select(static refusal => refusal.User)];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Not kept for {users.Length} of {recipients} recipients: {ChatNotice.Names(users)}. {reason.Sentence()}").TrimEnd();
    }

    private static RefusalCode CodeOf(Outcome outcome) => outcome switch
    {
        Outcome.Full => RefusalCode.InboxFull,
        Outcome.KeyReused => RefusalCode.KeyReused,
        Outcome.UnknownApp => RefusalCode.UnknownApp,
        _ => RefusalCode.InvalidArgument,
    };
}
