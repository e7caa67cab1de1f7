using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Hosting.Rpc;
using Microservices.Register.Apps;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>What may be asked about channels.</summary>
internal static class ChannelRules
{
    /// <summary>The rule that a message breaks, or null.</summary>
    public static string? FaultOf(NewMessage message, Content? content, Keeping app, int contents) =>
        (message.User.Length == 0 ? null : Identifiers.FaultOfName("user", message.User))
        ?? FaultOfKey(message.Key)
        ?? FaultOfTimeToLive(message.TtlMs, app)
        ?? (content is null ? $"content {message.Content} is not there; the call has {contents}" : content.Fault ?? FaultOfPayload(content, app));

    /// <summary>The rule that a reader's names break, or null.</summary>
    public static string? FaultOfReader(string app, string user, string device) =>
        Identifiers.FaultOfApp(app)
        ?? Identifiers.FaultOfName("user", user)
        ?? (device.Length == 0 ? null : Identifiers.FaultOfName("device", device));

    /// <exception cref="InvalidRequestException">It breaks a rule.</exception>
    public static PageLimits PageLimits(uint messages, uint bytes)
    {
        Require("max_messages", messages <= ChannelLimits.MaxPageMessages, $"{messages} is more than {ChannelLimits.MaxPageMessages}");
        Require("max_bytes", bytes <= ChannelLimits.MaxReplyBytes, $"{bytes} is more than {ChannelLimits.MaxReplyBytes}");
        return new PageLimits(
            messages == 0 ? ChannelLimits.DefaultPageMessages : (int)messages, bytes == 0 ? ChannelLimits.DefaultPageBytes : (int)bytes);
    }

    /// <exception cref="InvalidRequestException">There are more.</exception>
    public static void RequireAtMost(string field, int count, int limit) => Require(field, count <= limit, $"{count} are more than {limit}");

    /// <exception cref="InvalidRequestException">There is a fault.</exception>
    public static void Require(string field, string? fault)
    {
        if (fault is not null)
        {
            throw new InvalidRequestException(field, fault);
        }
    }

    public static bool IsVisibleAscii(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static void Require(string field, bool holds, string fault) => Require(field, holds ? null : fault);

    private static string? FaultOfKey(string key) =>
        key.Length > ChannelLimits.MaxKeyLength ? $"key has {key.Length} characters; it takes at most {ChannelLimits.MaxKeyLength}"
        : IsVisibleAscii(key) ? null
        : "key has a character that is not visible ASCII";

    private static string? FaultOfTimeToLive(uint ttlMs, Keeping app) => ttlMs > app.MaxAge.TotalMilliseconds
        ? $"ttl_ms {ttlMs} is more than {app.MaxAge.TotalMilliseconds:0}, for which app {app.App} keeps messages (keep.max_age_ms)"
        : null;

    private static string? FaultOfPayload(Content content, Keeping app) => content.PayloadBytes > app.MaxPayloadBytes
        ? $"content has a payload of {content.PayloadBytes} bytes; the limit of app {app.App} is {app.MaxPayloadBytes}"
        : null;
}
