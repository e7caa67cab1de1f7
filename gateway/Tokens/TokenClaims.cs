using System.Text.Json;

namespace Microservices.Gateway.Tokens;

/// <summary>What a genuine token says. Times are Unix time, ms.</summary>
/// <param name="Device">Null: it is good for any.</param>
internal sealed record TokenClaims(string Subject, IReadOnlyList<string> Audiences, string? Device, long ExpiresMs, long? IssuedMs, long? NotBeforeMs)
{
    // The year 9999, s.
    private const double MaxSeconds = 253_402_300_799;

    /// <summary>Null: something that every token must say is missing, or something is of the wrong kind.</summary>
    public static TokenClaims? Read(byte[] payload)
    {
        using var document = SignedText.ReadObject(payload);
        if (document is null)
        {
            return null;
        }

        var root = document.RootElement;
        return root.TryGetProperty("sub", out var sub) && SignedText.TryText(sub, out var subject)
            && ReadAudiences(root) is { Count: > 0 } audiences
            && TryTime(root, "exp", out var expires) && expires is { } end
            && TryTime(root, "iat", out var issued) && TryTime(root, "nbf", out var notBefore)
            && TryDevice(root, out var device)
                ? new TokenClaims(subject, audiences, device, end, issued, notBefore)
                : null;
    }

    private static List<string>? ReadAudiences(JsonElement root)
    {
        if (!root.TryGetProperty("aud", out var aud))
        {
            return null;
        }

        if (aud.ValueKind != JsonValueKind.Array)
        {
            return SignedText.TryText(aud, out var one) ? [one] : null;
        }

        List<string> all = [];
        foreach (var element in aud.EnumerateArray())
        {
            if (!SignedText.TryText(element, out var text))
            {
                return null;
            }

            all.Add(text);
        }

        return all;
    }

    private static bool TryDevice(JsonElement root, out string? device)
    {
        device = null;
        if (!root.TryGetProperty("device", out var element))
        {
            return true;
        }

        var isText = SignedText.TryText(element, out var text);
        device = text;
        return isText;
    }

    /// <summary>False: it is there and is no time.</summary>
    private static bool TryTime(JsonElement root, string name, out long? ms)
    {
        ms = null;
        if (!root.TryGetProperty(name, out var element))
        {
            return true;
        }

        if (element.ValueKind != JsonValueKind.Number || !element.TryGetDouble(out var seconds) || seconds is not (>= 0 and <= MaxSeconds))
        {
            return false;
        }

        ms = (long)(seconds * 1_000);
        return true;
    }
}
