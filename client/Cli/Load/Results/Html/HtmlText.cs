using System.Globalization;
using System.Text.Encodings.Web;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load.Results.Html;

/// <summary>Text and numbers as they may stand in a page.</summary>
internal static class HtmlText
{
    /// <summary>Text of anybody, for content and for attributes in quotes. Control characters are shown as on the console: XML has no way to write them.</summary>
    public static string Of(string text) => HtmlEncoder.Default.Encode(Printable.Of(text));

    /// <summary>A coordinate.</summary>
    public static string Of(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
