using System.Text;
using Microservices.Center.Api;
using Microservices.Center.Refusals;

namespace Microservices.Center.Http.Operations;

/// <summary>
/// The values of a path, out of the request line itself: what the server decodes before routing leaves <c>%2F</c> as it is, and then a user
/// <c>a/b</c> and one named <c>a%2Fb</c> look the same.
/// </summary>
internal static class PathValues
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Field and value, as often as <paramref name="template"/> has one.</summary>
    /// <exception cref="RefusedException">A value is no UTF-8, or the path has other segments than the template, as with <c>..</c> in it.</exception>
    public static IEnumerable<(string Field, string Value)> Read(string template, string rawTarget)
    {
        var names = template.Split('/');
        var segments = PathOf(rawTarget).Split('/');
        if (segments.Length != names.Length)
        {
            throw Arguments.Invalid($"The path has other segments than {template}; a slash inside of a name is written %2F, and names of dots can't stand in a path.");
        }

        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is ['{', .. var name, '}'])
            {
                yield return (name, Decode(name, segments[i]));
            }
        }
    }

    // A target may be absolute: "http://host/path".
    private static string PathOf(string target)
    {
        var path = target.AsSpan();
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (path[0] != '/' && scheme > 0)
        {
            var afterAuthority = path[(scheme + 3)..].IndexOf('/');
            path = afterAuthority < 0 ? "/" : path[(scheme + 3 + afterAuthority)..];
        }

        var query = path.IndexOf('?');
        return path[..(query < 0 ? path.Length : query)].ToString();
    }

    private static string Decode(string name, string segment)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(segment.Length)];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] == '%' && i + 2 < segment.Length && char.IsAsciiHexDigit(segment[i + 1]) && char.IsAsciiHexDigit(segment[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(segment.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(segment.AsSpan(i, 1), bytes.AsSpan(length));
            }
        }

        try
        {
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw Arguments.Invalid($"{name}: it is not UTF-8.");
        }
    }
}
