using System.Collections.Frozen;

namespace Microservices.Protocol;

/// <summary>What proto/codes.csv says of each <see cref="Code"/>.</summary>
public static class CodeTable
{
    private static readonly CodeRow[] Rows =
    [
        new(Code.GoingAway, "going_away", CodeKind.Close),
        new(Code.HeartbeatTimeout, "heartbeat_timeout", CodeKind.Close),
        new(Code.SessionLost, "session_lost", CodeKind.Close),
        new(Code.SlowConsumer, "slow_consumer", CodeKind.Close),
        new(Code.ConnectionLost, "connection_lost", CodeKind.Close),
        new(Code.InternalError, "internal_error", CodeKind.Close),
        new(Code.AckTimeout, "ack_timeout", CodeKind.Close),
        new(Code.Overloaded, "overloaded", CodeKind.Close),
        new(Code.TooManyConnections, "too_many_connections", CodeKind.Close),
        new(Code.ConnectionRateExceeded, "connection_rate_exceeded", CodeKind.Close),
        new(Code.VerifyTimeout, "verify_timeout", CodeKind.Close),
        new(Code.Unavailable, "unavailable", CodeKind.Close),
        new(Code.Displaced, "displaced", CodeKind.Close),
        new(Code.Kicked, "kicked", CodeKind.Close),
        new(Code.TokenRevoked, "token_revoked", CodeKind.Close),
        new(Code.Goodbye, "goodbye", CodeKind.Close),
        new(Code.AddressDenied, "address_denied", CodeKind.Close),
        new(Code.TokenExpired, "token_expired", CodeKind.Close),
        new(Code.FrameTooLarge, "frame_too_large", CodeKind.Close),
        new(Code.FrameTooShort, "frame_too_short", CodeKind.Close),
        new(Code.MalformedBody, "malformed_body", CodeKind.Close),
        new(Code.UnsupportedVersion, "unsupported_version", CodeKind.Close),
        new(Code.WebSocketProtocol, "websocket_protocol", CodeKind.Close),
        new(Code.WebSocketNotUtf8, "websocket_not_utf8", CodeKind.Close),
        new(Code.UnknownCommand, "unknown_command", CodeKind.Error),
        new(Code.NotVerified, "not_verified", CodeKind.Error),
        new(Code.AlreadyVerified, "already_verified", CodeKind.Error),
        new(Code.WrongToken, "wrong_token", CodeKind.Error),
        new(Code.UnknownApp, "unknown_app", CodeKind.Error),
        new(Code.Forbidden, "forbidden", CodeKind.Error),
        new(Code.InvalidArgument, "invalid_argument", CodeKind.Error),
        new(Code.NotDelivered, "not_delivered", CodeKind.Error),
        new(Code.TooManyRecipients, "too_many_recipients", CodeKind.Error),
        new(Code.PayloadTooLarge, "payload_too_large", CodeKind.Error),
        new(Code.NotText, "not_text", CodeKind.Error),
        new(Code.RateLimited, "rate_limited", CodeKind.Error),
        new(Code.RoomGone, "room_gone", CodeKind.Error),
        new(Code.TryLater, "try_later", CodeKind.Error),
        new(Code.Unauthenticated, "unauthenticated", CodeKind.Error),
        new(Code.NotFound, "not_found", CodeKind.Error),
        new(Code.Conflict, "conflict", CodeKind.Error),
        new(Code.LimitReached, "limit_reached", CodeKind.Error),
        new(Code.UnknownPosition, "unknown_position", CodeKind.Error),
        new(Code.UnknownChannel, "unknown_channel", CodeKind.Error),
        new(Code.InboxFull, "inbox_full", CodeKind.Error),
        new(Code.KeyReused, "key_reused", CodeKind.Error),
        new(Code.NotAcknowledged, "not_acknowledged", CodeKind.Error),
        new(Code.AlreadyBound, "already_bound", CodeKind.Error),
        new(Code.NotBound, "not_bound", CodeKind.Error),
        new(Code.TooManyApps, "too_many_apps", CodeKind.Error),
        new(Code.MethodNotAllowed, "method_not_allowed", CodeKind.Error),
        new(Code.RequestTooLarge, "request_too_large", CodeKind.Error),
        new(Code.UnsupportedMediaType, "unsupported_media_type", CodeKind.Error),
        new(Code.MalformedJson, "malformed_json", CodeKind.Error),
        new(Code.PreconditionFailed, "precondition_failed", CodeKind.Error),
        new(Code.RequestTimeout, "request_timeout", CodeKind.Error),
    ];

    private static readonly FrozenDictionary<Code, CodeRow> ByCode = Rows.ToFrozenDictionary(row => row.Code);

    /// <summary>Every row, by number.</summary>
    public static IReadOnlyList<CodeRow> All => Rows;

    /// <summary>The row of a code; null when this build does not know the code.</summary>
    public static CodeRow? Find(Code code) => ByCode.GetValueOrDefault(code);

    /// <summary>The name of a code as it travels in <c>reason</c>; empty when this build does not know the code.</summary>
    public static string NameOf(Code code) => Find(code)?.Name ?? "";

    /// <summary>What a client does, by range, so that it knows it of codes that came after it was built.</summary>
    public static ClientAction ActionOf(Code code) => (int)code switch
    {
        >= 3000 and < 3500 => ClientAction.Reconnect,
        >= 3500 and < 4000 => ClientAction.BackOff,
        >= 4000 and < 4500 => ClientAction.Stop,
        _ => ClientAction.Continue,
    };
}
