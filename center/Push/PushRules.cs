using System.Buffers;
using System.Net.Http.Headers;
using Microservices.Center.Api;
using Microservices.Center.Refusals;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;

namespace Microservices.Center.Push;

/// <summary>What a push must look like; each check throws a refusal.</summary>
internal static class PushRules
{
    private static readonly SearchValues<char> TypeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Everything that needs no knowledge of the app.</summary>
    public static void Check(PushRequest request)
    {
        switch (request.TargetCase)
        {
            case PushRequest.TargetOneofCase.Users:
                Arguments.CheckUsers(request.Users.Users_);
                break;
            case PushRequest.TargetOneofCase.Everybody:
                break;
            default:
                throw Arguments.Invalid($"target: there is none; give users or everybody.");
        }

        if (request.Payload.IsEmpty)
        {
            throw Arguments.Invalid($"payload: it is empty; it takes 1 byte up to the app's limit.");
        }

        CheckContentType(request.ContentType);
        if (request.Type.Length > PushLimits.MaxTypeLength)
        {
            throw Arguments.Invalid($"type: it has {request.Type.Length} characters; the limit is {PushLimits.MaxTypeLength}.");
        }

        if (request.Type.AsSpan().ContainsAnyExcept(TypeCharacters))
        {
            throw Arguments.Invalid($"type: it has a character other than A-Z, a-z, 0-9, '.', '_' and '-'.");
        }

        CheckQos(request);
        if (request.TtlMs > PushLimits.MaxTimeToLive.TotalMilliseconds)
        {
            throw Arguments.Invalid($"ttl_ms: {request.TtlMs:N0}; the limit is {PushLimits.MaxTimeToLive.TotalMilliseconds:N0} (30 days).");
        }
    }

    /// <summary>What depends on how long the app keeps messages.</summary>
    public static void CheckTimeToLive(PushRequest request, App app)
    {
        var limit = app.Keep is { MaxAgeMs: > 0 } keep ? keep.MaxAgeMs : PushLimits.DefaultMaxAgeMs;
        if (request.TtlMs > limit)
        {
            throw Arguments.Invalid($"ttl_ms: {request.TtlMs:N0}; app '{app.Name}' keeps messages for {limit:N0} ms at most.");
        }
    }

    public static void CheckPayload(PushRequest request, App app)
    {
        var limit = app.MaxPayloadBytes == 0 ? PushLimits.DefaultMaxPayloadBytes : app.MaxPayloadBytes;
        if (request.Payload.Length > limit)
        {
            throw Arguments.Refuse(RefusalCode.PayloadTooLarge, $"payload: it has {request.Payload.Length:N0} bytes; the limit of app '{app.Name}' is {limit:N0}.");
        }
    }

    private static void CheckQos(PushRequest request)
    {
        if (request.Qos is not (Qos.AtMostOnce or Qos.AtLeastOnce))
        {
            throw Arguments.Invalid($"qos: {(int)request.Qos} is not known; 0 (QOS_AT_MOST_ONCE) and 1 (QOS_AT_LEAST_ONCE) are.");
        }

        if (request.Qos == Qos.AtMostOnce && request.Key.Length > 0)
        {
            throw Arguments.Invalid($"key: it needs qos 1 (QOS_AT_LEAST_ONCE); what is not kept can't be known again.");
        }

        if (request.Qos == Qos.AtMostOnce && request.NotifyOnly)
        {
            throw Arguments.Invalid($"notify_only: it needs qos 1 (QOS_AT_LEAST_ONCE); what is not kept can't be fetched.");
        }

        if (request.Key.Length > PushLimits.MaxKeyLength)
        {
            throw Arguments.Invalid($"key: it has {request.Key.Length} characters; the limit is {PushLimits.MaxKeyLength}.");
        }

        if (request.Key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw Arguments.Invalid($"key: it has a character other than visible ASCII.");
        }
    }

    private static void CheckContentType(string contentType)
    {
        if (contentType.Length > PushLimits.MaxContentTypeLength)
        {
            throw Arguments.Invalid($"content_type: it has {contentType.Length} characters; the limit is {PushLimits.MaxContentTypeLength}.");
        }

        // Blanks stand between parameters, as in "text/plain; charset=utf-8".
        if (contentType.Length > 0
            && (contentType.AsSpan().ContainsAnyExceptInRange(' ', '~') || !MediaTypeHeaderValue.TryParse(contentType, out _)))
        {
            throw Arguments.Invalid($"content_type: it is not a MIME type such as text/plain or application/json.");
        }
    }
}
