using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;
using Microservices.Center.Api;
using Microservices.Center.Http.Json;
using Microservices.Center.Http.Limits;
using Microservices.Center.Refusals;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Microservices.Center.Http.Operations;

/// <summary>The body of a request, within its limits, as a message.</summary>
internal sealed class JsonBody(IOptions<HttpLimitOptions> options)
{
    private readonly HttpLimitOptions _limits = options.Value;
    private readonly JsonDocumentOptions _json = new() { MaxDepth = options.Value.MaxJsonDepth };

    /// <exception cref="RefusedException">It is too long or too slow, or is no JSON object of this message.</exception>
    public async Task ReadAsync(HttpContext context, IMessage message, bool isOptional)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = _limits.MaxBodyBytes;
        }

        if (request.ContentLength == 0 || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            if (!isOptional)
            {
                throw Arguments.Refuse(RefusalCode.MalformedJson, $"The body is empty; it takes a JSON object.");
            }

            return;
        }

        CheckType(request);
        using var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, _limits.MaxBodyBytes));
        await ReadAsync(request, body, context.RequestAborted);
        if (body.Length > 0 || !isOptional)
        {
            Parse(body.GetBuffer().AsMemory(0, (int)body.Length), message);
        }
    }

    private static void CheckType(HttpRequest request)
    {
        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
        {
            throw Arguments.Refuse(RefusalCode.UnsupportedMediaType, $"The body must be declared as 'content-type: application/json' (UTF-8).");
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw Arguments.Refuse(RefusalCode.UnsupportedMediaType, $"The body must not be compressed; there is a header content-encoding.");
        }
    }

    private async Task ReadAsync(HttpRequest request, MemoryStream body, CancellationToken cancellationToken)
    {
        try
        {
            await request.Body.CopyToAsync(body, cancellationToken);
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw Arguments.Refuse(RefusalCode.RequestTooLarge, $"The body has more than {_limits.MaxBodyBytes:N0} bytes, the limit.");
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            throw Arguments.Refuse(
                RefusalCode.RequestTimeout, $"The body came with less than {_limits.MinBodyBytesPerSecond:N0} bytes a second for {_limits.SlowBodyGrace}.");
        }
        catch (BadHttpRequestException)
        {
            throw Arguments.Refuse(RefusalCode.MalformedJson, $"The body ended early, or its chunks are malformed.");
        }
    }

    private void Parse(ReadOnlyMemory<byte> body, IMessage message)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw Arguments.Refuse(RefusalCode.MalformedJson, $"The body is not UTF-8.");
        }

        try
        {
            using var json = JsonDocument.Parse(body, _json);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Arguments.Refuse(RefusalCode.MalformedJson, $"The body is not a JSON object.");
            }

            JsonMessageReader.Read(json.RootElement, message);
        }
        catch (JsonException fault)
        {
            throw Arguments.Refuse(
                RefusalCode.MalformedJson,
                $"The body is not JSON, or nested more than {_limits.MaxJsonDepth} deep, at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.");
        }
        catch (InvalidOperationException)
        {
            // A name with half of a surrogate pair, by an escape.
            throw Arguments.Refuse(RefusalCode.MalformedJson, $"The body has a name that is not Unicode text.");
        }
    }
}
