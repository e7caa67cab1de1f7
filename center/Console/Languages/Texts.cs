using System.Globalization;

namespace Microservices.Center.Console.Languages;

/// <summary>
/// Every text of the pages. Each is required, so that a language that lacks one does not compile. {0} and {1} are filled in; a text goes to a
/// page through its encoder, like everything else.
/// </summary>
internal sealed partial record Texts
{
    // Every page.
    public required string Product { get; init; }
    public required string LanguageSwitch { get; init; }
    public required string LogOut { get; init; }
    public required string LoggedInAs { get; init; }
    public required string SkipToContent { get; init; }

    // Faults of a page.
    public required string NotFoundTitle { get; init; }
    public required string NotFoundText { get; init; }
    public required string ToStart { get; init; }
    public required string FormExpiredTitle { get; init; }
    public required string FormExpiredText { get; init; }
    public required string FormTooLargeTitle { get; init; }
    public required string FormTooLargeText { get; init; }
    public required string FailedTitle { get; init; }

    // Log in.
    public required string LoginTitle { get; init; }
    public required string LoginIntro { get; init; }
    public required string ApiKey { get; init; }
    public required string LogIn { get; init; }
    public required string WhereIsTheKey { get; init; }
    public required string WhereIsTheKeyStandalone { get; init; }
    public required string WhereIsTheKeyElse { get; init; }
    public required string KeyNeeds { get; init; }
    public required string KeyMissing { get; init; }
    public required string KeyWrong { get; init; }
    public required string KeyExpired { get; init; }
    public required string TooManyKeys { get; init; }
    public required string SessionEnded { get; init; }
    public required string LoggedOut { get; init; }

    // Send: whom.
    public required string SendTitle { get; init; }
    public required string SendIntro { get; init; }
    public required string App { get; init; }
    public required string Show { get; init; }
    public required string NoApps { get; init; }
    public required string MayNotSend { get; init; }
    public required string MayNotSee { get; init; }
    public required string To { get; init; }
    public required string ToOne { get; init; }
    public required string ToOneHint { get; init; }
    public required string ToSeveral { get; init; }
    public required string ToSeveralHint { get; init; }
    public required string ToEverybody { get; init; }
    public required string ToEverybodyHint { get; init; }
    public required string Chosen { get; init; }
    public required string NobodyChosen { get; init; }
    public required string Names { get; init; }
    public required string NamesHint { get; init; }

    // Send: the list.
    public required string Online { get; init; }
    public required string Search { get; init; }
    public required string SearchHint { get; init; }
    public required string Refresh { get; init; }
    public required string Choose { get; init; }
    public required string User { get; init; }
    public required string Devices { get; init; }
    public required string Since { get; init; }
    public required string Client { get; init; }
    public required string ChatClient { get; init; }
    public required string NewClient { get; init; }
    public required string Away { get; init; }
    public required string NobodyOnline { get; init; }
    public required string NobodyFound { get; init; }
    public required string SearchGoesOn { get; init; }
    public required string NextPage { get; init; }
    public required string FirstPage { get; init; }
    public required string ListIncomplete { get; init; }
    public required string ListFailed { get; init; }
    public required string JustNow { get; init; }
    public required string Minutes { get; init; }
    public required string Hours { get; init; }
    public required string Days { get; init; }

    // Send: what.
    public required string Message { get; init; }
    public required string MessageHint { get; init; }
    public required string BytesOf { get; init; }
    public required string Delivery { get; init; }
    public required string Now { get; init; }
    public required string NowHint { get; init; }
    public required string Keep { get; init; }
    public required string KeepHint { get; init; }
    public required string Send { get; init; }
    public required string Sending { get; init; }

    // Send: what came of it.
    public required string Incomplete { get; init; }
    public required string MissingApp { get; init; }
    public required string MissingRecipient { get; init; }
    public required string MissingText { get; init; }
    public required string OneOnly { get; init; }
    public required string Success { get; init; }
    public required string SuccessInPart { get; init; }
    public required string NotSent { get; init; }
    public required string SentToEverybody { get; init; }
    public required string KeptForEverybody { get; init; }
    public required string NoGateway { get; init; }
    public required string SentTo { get; init; }
    public required string KeptFor { get; init; }
    public required string OfflineUsers { get; init; }
    public required string OfflineHint { get; init; }
    public required string RefusedFor { get; init; }
    public required string FailedFor { get; init; }
    public required string AndMore { get; init; }
    public required string SentBefore { get; init; }
    public required string MessageId { get; init; }

    // Why a message was refused: proto/codes.csv in plain words.
    public required string CodeForbidden { get; init; }
    public required string CodeUnknownApp { get; init; }
    public required string CodeInvalid { get; init; }
    public required string CodeTooManyRecipients { get; init; }
    public required string CodeTooLong { get; init; }
    public required string CodeRateLimited { get; init; }
    public required string CodeTryLater { get; init; }
    public required string CodeRoomGone { get; init; }
    public required string CodeInboxFull { get; init; }
    public required string CodeKeyReused { get; init; }
    public required string CodeUnauthenticated { get; init; }
    public required string CodeOther { get; init; }

    /// <summary>A text with its {0} and {1} filled in.</summary>
    public static string Fill(string text, params ReadOnlySpan<object?> values) => string.Format(CultureInfo.InvariantCulture, text, values);

    /// <summary>Why, in plain words.</summary>
    public string OfCode(string name) => name switch
    {
        "forbidden" => CodeForbidden,
        "unknown_app" => CodeUnknownApp,
        "invalid_argument" => CodeInvalid,
        "too_many_recipients" => CodeTooManyRecipients,
        "payload_too_large" => CodeTooLong,
        "rate_limited" => CodeRateLimited,
        "try_later" => CodeTryLater,
        "room_gone" => CodeRoomGone,
        "inbox_full" => CodeInboxFull,
        "key_reused" => CodeKeyReused,
        "unauthenticated" => CodeUnauthenticated,
        _ => CodeOther,
    };
}
