using Microsoft.AspNetCore.Http.Features;

namespace Microservices.Center.Console.Pages;

/// <summary>Reads a form within its limit, before anything else looks at it.</summary>
internal static class FormReading
{
    private const string UrlEncoded = "application/x-www-form-urlencoded";

    /// <summary>Fields and chosen users together.</summary>
    private const int MaxValues = 4_096;

    private const int MaxNameLength = 64;

    /// <summary>Null: it is too large. Anything but a form of a page is an empty one.</summary>
    public static async Task<IFormCollection?> ReadAsync(HttpContext context, int maxBytes)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxBytes;
        }

        if (request.ContentType?.StartsWith(UrlEncoded, StringComparison.OrdinalIgnoreCase) != true)
        {
            context.Features.Set<IFormFeature>(new FormFeature(FormCollection.Empty));
            return FormCollection.Empty;
        }

        try
        {
            var options = new FormOptions { ValueCountLimit = MaxValues, KeyLengthLimit = MaxNameLength, ValueLengthLimit = maxBytes, BufferBodyLengthLimit = maxBytes };
            return await request.ReadFormAsync(options, context.RequestAborted);
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
        {
            context.Features.Set<IFormFeature>(new FormFeature(FormCollection.Empty));
            return null;
        }
    }
}
