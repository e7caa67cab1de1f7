using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Microservices.Gateway.Tokens;

/// <summary>
/// The parts of a signed token in its compact form: header, payload and signature, each in base64url. Of the header only what says how it is signed is
/// looked at; an address or a key in it (<c>jku</c>, <c>x5u</c>, <c>jwk</c>, <c>x5c</c>) is never followed.
/// </summary>
/// <param name="KeyId">Empty: it names none.</param>
/// <param name="Signed">What the signature is over.</param>
internal sealed record SignedText(string Algorithm, string KeyId, byte[] Signed, byte[] Payload, byte[] Signature)
{
    private const int Parts = 3;

    // What a JSON object begins with in base64url, but for white space, which nobody writes there.
    private const string ObjectStart = "eyJ";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    // Extensions that change what the rest means: crit must be understood, b64 and zip say how the payload is written, enc is of an encrypted one.
    private static readonly string[] Refused = ["crit", "b64", "zip", "enc"];

    /// <summary>Three parts, of which the first begins as a JSON object does.</summary>
    public static bool LooksSigned(string token) => token.StartsWith(ObjectStart, StringComparison.Ordinal) && token.AsSpan().Count('.') == Parts - 1;

    /// <summary>Null: it is no signed token.</summary>
    public static SignedText? Read(string token)
    {
        Span<Range> parts = stackalloc Range[Parts + 1];
        var text = token.AsSpan();
        if (text.ContainsAnyExcept(Alphabet) || text.Split(parts, '.') != Parts)
        {
            return null;
        }

        if (Decode(text[parts[0]]) is not { } header || Decode(text[parts[1]]) is not { } payload || Decode(text[parts[2]]) is not { } signature)
        {
            return null;
        }

        return ReadHeader(header) is var (algorithm, key)
            ? new SignedText(algorithm, key, Encoding.ASCII.GetBytes(token, 0, parts[1].End.Value), payload, signature)
            : null;
    }

    /// <summary>An object without repeated names; null: it is something else.</summary>
    public static JsonDocument? ReadObject(byte[] json)
    {
        try
        {
            var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Its text, when it has one.</summary>
    public static bool TryText(JsonElement element, out string text)
    {
        text = "";
        try
        {
            text = element.ValueKind == JsonValueKind.String ? element.GetString()! : "";
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
        }

        return text.Length > 0;
    }

    private static (string Algorithm, string Key)? ReadHeader(byte[] json)
    {
        using var document = ReadObject(json);
        if (document is null || Refused.Any(name => document.RootElement.TryGetProperty(name, out _))
            || !document.RootElement.TryGetProperty("alg", out var algorithm) || !TryText(algorithm, out var name))
        {
            return null;
        }

        return (name, document.RootElement.TryGetProperty("kid", out var key) && TryText(key, out var id) ? id : "");
    }

    /// <summary>Null: empty, or no base64url.</summary>
    private static byte[]? Decode(ReadOnlySpan<char> part)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.DecodeFromChars(part, bytes, out _, out var length) == OperationStatus.Done && length > 0 ? bytes[..length] : null;
    }
}
