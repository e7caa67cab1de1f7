using Grpc.Core;

namespace Microservices.Center.Refusals;

/// <summary>
/// Why a call, a recipient or a chat message is refused: the rows of proto/codes.csv that the center uses. A test holds them to the table.
/// </summary>
internal sealed record RefusalCode(uint Number, string Name, StatusCode Status)
{
    public static readonly RefusalCode GoingAway = new(3000, "going_away", StatusCode.Unavailable);
    public static readonly RefusalCode InternalError = new(3005, "internal_error", StatusCode.Internal);
    public static readonly RefusalCode Kicked = new(4001, "kicked", StatusCode.PermissionDenied);
    public static readonly RefusalCode TokenRevoked = new(4002, "token_revoked", StatusCode.Unauthenticated);
    public static readonly RefusalCode UnknownApp = new(4504, "unknown_app", StatusCode.NotFound);
    public static readonly RefusalCode Forbidden = new(4505, "forbidden", StatusCode.PermissionDenied);
    public static readonly RefusalCode InvalidArgument = new(4506, "invalid_argument", StatusCode.InvalidArgument);
    public static readonly RefusalCode NotDelivered = new(4507, "not_delivered", StatusCode.NotFound);
    public static readonly RefusalCode TooManyRecipients = new(4508, "too_many_recipients", StatusCode.InvalidArgument);
    public static readonly RefusalCode PayloadTooLarge = new(4509, "payload_too_large", StatusCode.InvalidArgument);
    public static readonly RefusalCode NotText = new(4510, "not_text", StatusCode.InvalidArgument);
    public static readonly RefusalCode RateLimited = new(4511, "rate_limited", StatusCode.ResourceExhausted);
    public static readonly RefusalCode RoomGone = new(4512, "room_gone", StatusCode.Unavailable);
    public static readonly RefusalCode TryLater = new(4513, "try_later", StatusCode.Unavailable);
    public static readonly RefusalCode Unauthenticated = new(4514, "unauthenticated", StatusCode.Unauthenticated);
    public static readonly RefusalCode NotFound = new(4515, "not_found", StatusCode.NotFound);
    public static readonly RefusalCode Conflict = new(4516, "conflict", StatusCode.Aborted);
    public static readonly RefusalCode LimitReached = new(4517, "limit_reached", StatusCode.ResourceExhausted);
    public static readonly RefusalCode InboxFull = new(4520, "inbox_full", StatusCode.ResourceExhausted);
    public static readonly RefusalCode KeyReused = new(4521, "key_reused", StatusCode.AlreadyExists);
    public static readonly RefusalCode NotAcknowledged = new(4522, "not_acknowledged", StatusCode.Aborted);
    public static readonly RefusalCode MethodNotAllowed = new(4530, "method_not_allowed", StatusCode.Unimplemented);
    public static readonly RefusalCode RequestTooLarge = new(4531, "request_too_large", StatusCode.ResourceExhausted);
    public static readonly RefusalCode UnsupportedMediaType = new(4532, "unsupported_media_type", StatusCode.InvalidArgument);
    public static readonly RefusalCode MalformedJson = new(4533, "malformed_json", StatusCode.InvalidArgument);
    public static readonly RefusalCode PreconditionFailed = new(4534, "precondition_failed", StatusCode.Aborted);
    public static readonly RefusalCode RequestTimeout = new(4535, "request_timeout", StatusCode.DeadlineExceeded);

    public static IReadOnlyList<RefusalCode> All { get; } =
    [
        GoingAway, InternalError, Kicked, TokenRevoked, UnknownApp, Forbidden, InvalidArgument, NotDelivered, TooManyRecipients,
        PayloadTooLarge, NotText, RateLimited, RoomGone, TryLater, Unauthenticated, NotFound, Conflict, LimitReached, InboxFull,
        KeyReused, NotAcknowledged, MethodNotAllowed, RequestTooLarge, UnsupportedMediaType, MalformedJson, PreconditionFailed, RequestTimeout,
    ];
}
