using System.Buffers;
using System.Text;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Hosting.Rpc;

namespace Microservices.Register.Jobs;

/// <summary>What may be asked about jobs. Every check throws <see cref="InvalidRequestException"/> that names field, value and limit.</summary>
internal static class JobRules
{
    public const int MaxSpecBytes = 256 * 1024;
    public const int MaxProgressBytes = 64 * 1024;
    public const int MaxPage = 100;
    public const int DefaultPage = 20;
    private const int MaxKinds = 32;
    private const int MaxKindLength = 32;
    private const int MaxKeyLength = 128;
    private const int MaxFailureBytes = 1_024;
    private const int IdLength = 16;
    private const uint MinHoldMs = 1_000;
    private const uint MaxHoldMs = 300_000;
    private static readonly SearchValues<char> KindCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz-");
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("0123456789abcdef");

    public static void Check(CreateJobRequest request)
    {
        CheckKind("kind", request.Kind);
        Require(request.App.Length == 0 || Identifiers.FaultOfApp(request.App) is null, "app", Identifiers.FaultOfApp(request.App) ?? "");
        Require(request.Spec.Length <= MaxSpecBytes, "spec", $"has {request.Spec.Length} bytes; it takes at most {MaxSpecBytes}");
        Require(request.Key.Length <= MaxKeyLength, "key", $"has {request.Key.Length} characters; it takes at most {MaxKeyLength}");
        Require(request.Key.All(static one => one is > ' ' and <= '~'), "key", "has a character that is not visible ASCII");
    }

    public static void Check(ListJobsRequest request)
    {
        Require(Identifiers.FaultOfApp(request.App) is null, "app", Identifiers.FaultOfApp(request.App) ?? "");
        Require(request.Cursor.Length == 0 || IsId(request.Cursor), "cursor", "is not a next_cursor of an earlier page");
        Require(request.Limit <= MaxPage, "limit", $"{request.Limit} is more than {MaxPage}");
    }

    public static void Check(TakeJobRequest request)
    {
        Require(request.Kinds.Count is > 0 and <= MaxKinds, "kinds", $"{request.Kinds.Count} were named; it takes 1 to {MaxKinds}");
        foreach (var kind in request.Kinds)
        {
            CheckKind("kinds", kind);
        }

        CheckHold(request.HoldMs);
    }

    public static void Check(SaveJobRequest request)
    {
        Require(request.Progress.Length <= MaxProgressBytes, "progress", $"has {request.Progress.Length} bytes; it takes at most {MaxProgressBytes}");
        Require(Enum.IsDefined(request.State), "state", $"{(int)request.State} is none that this register knows");
        Require(request.State == JobState.Failed || request.Failure.Length == 0, "failure", "is set, but the job has not failed");
        var bytes = Encoding.UTF8.GetByteCount(request.Failure);
        Require(bytes <= MaxFailureBytes, "failure", $"has {bytes} bytes; it takes at most {MaxFailureBytes}");
        Require(!request.Failure.Any(char.IsControl), "failure", "has a control character");

        // Who says the last word holds nothing any more.
        if (request.State == JobState.Unfinished)
        {
            CheckHold(request.HoldMs);
        }
    }

    public static bool IsId(string id) => id.Length == IdLength && !id.AsSpan().ContainsAnyExcept(IdCharacters);

    private static void CheckKind(string field, string kind)
    {
        Require(kind.Length is > 0 and <= MaxKindLength, field, $"has {kind.Length} characters; it takes 1 to {MaxKindLength}");
        Require(!kind.AsSpan().ContainsAnyExcept(KindCharacters), field, "has a character other than a-z and -");
    }

    private static void CheckHold(uint holdMs) =>
        Require(holdMs is >= MinHoldMs and <= MaxHoldMs, "hold_ms", $"{holdMs} is outside of {MinHoldMs} to {MaxHoldMs}");

    private static void Require(bool holds, string field, string fault)
    {
        if (!holds)
        {
            throw new InvalidRequestException(field, fault);
        }
    }
}
