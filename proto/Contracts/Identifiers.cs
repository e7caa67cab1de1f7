using System.Buffers;
using System.Text;

namespace Microservices.Contracts;

/// <summary>The rules for names that come from outside. Each check returns what is wrong, or null.</summary>
public static class Identifiers
{
    /// <summary>The longest app name, characters.</summary>
    public const int MaxAppLength = 32;

    /// <summary>The longest user, group or device, bytes of UTF-8.</summary>
    public const int MaxNameBytes = 128;

    private static readonly SearchValues<char> AppCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Null when <paramref name="app"/> fits <c>[a-z0-9-]{1,32}</c>.</summary>
    public static string? FaultOfApp(string app)
    {
        if (app.Length is 0 or > MaxAppLength)
        {
            return $"app has {app.Length} characters; it takes 1 to {MaxAppLength}";
        }

        return app.AsSpan().ContainsAnyExcept(AppCharacters) ? "app has a character other than a-z, 0-9 and -" : null;
    }

    /// <summary>Null when <paramref name="value"/> has 1 to 128 bytes of well-formed UTF-8 without control characters.</summary>
    /// <param name="field">What the message calls it: user, device, group.</param>
    public static string? FaultOfName(string field, string value)
    {
        if (value.Length == 0)
        {
            return $"{field} is empty; it takes 1 to {MaxNameBytes} bytes";
        }

        var bytes = Encoding.UTF8.GetByteCount(value);
        if (bytes > MaxNameBytes)
        {
            return $"{field} has {bytes} bytes; it takes 1 to {MaxNameBytes}";
        }

        foreach (var rune in value.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || Rune.IsControl(rune))
            {
                return $"{field} has a control character or is not well-formed";
            }
        }

        return null;
    }
}
