using System.Globalization;
using System.Text;

namespace Microservices.Cli.Output;

/// <summary>Text of strangers as it may be shown: control characters could move the cursor, recolour, or type for the user.</summary>
internal static class Printable
{
    public static string Of(string text)
    {
        if (!text.EnumerateRunes().Any(NeedsEscape))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (NeedsEscape(rune))
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
            else
            {
                shown.Append(rune.ToString());
            }
        }

        return shown.ToString();
    }

    // Format characters include those that reverse the direction of writing; a joiner within an emoji is let through.
    private static bool NeedsEscape(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => rune.Value != 0x200d,
        _ => false,
    };
}
