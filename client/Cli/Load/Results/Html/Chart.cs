using System.Globalization;
using System.Text;

namespace Microservices.Cli.Load.Results.Html;

/// <summary>A line chart as inline SVG, which needs neither script nor network. Its colours are the page's.</summary>
internal sealed class Chart
{
    public const int Width = 480;
    public const int Height = 230;

    /// <summary>The plot's edges.</summary>
    public const int Left = 56;
    public const int Right = Width - 24;
    public const int Top = 12;
    public const int Bottom = Height - 44;

    private readonly StringBuilder _svg = new();
    private readonly StringBuilder _legend = new();
    private readonly Axis _x;
    private readonly Axis _y;

    /// <param name="title">Above the chart, with the unit of the upright axis.</param>
    /// <param name="across">What the other axis says.</param>
    /// <param name="x">The axis across.</param>
    /// <param name="y">The upright one.</param>
    public Chart(string title, string across, Axis x, Axis y)
    {
        (Title, _x, _y) = (title, x, y);
        foreach (var (value, label) in y.Ticks)
        {
            var at = HtmlText.Of(y.Of(value));
            _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Left} {at}H{Right}\"/>");
            _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"y\" x=\"{Left - 6}\" y=\"{at}\" dy=\".35em\">{HtmlText.Of(label)}</text>");
        }

        foreach (var (value, label) in x.Ticks)
        {
            var at = HtmlText.Of(x.Of(value));
            _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"tick\" d=\"M{at} {Bottom}v4\"/>");
            _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"x\" x=\"{at}\" y=\"{Bottom + 18}\">{HtmlText.Of(label)}</text>");
        }

        _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{Left} {Bottom}H{Right}\"/>");
        _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"x\" x=\"{(Left + Right) / 2}\" y=\"{Height - 6}\">{HtmlText.Of(across)}</text>");
    }

    public string Title { get; }

    /// <summary>An upright dashed line at a value of the axis across.</summary>
    public void Mark(double value) =>
        _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"mark\" d=\"M{HtmlText.Of(_x.Of(value))} {Top}V{Bottom}\"/>");

    /// <summary>A line, broken where a value is missing.</summary>
    /// <param name="colour">1 to 5: a colour of the page, with a dash of its own, so that it can be told without colours.</param>
    /// <param name="name">In the legend.</param>
    /// <param name="note">Beside the name.</param>
    /// <param name="points">In order.</param>
    public void Line(int colour, string name, string note, IEnumerable<(double X, double? Y)> points)
    {
        var path = new StringBuilder();
        var hasPen = false;
        foreach (var (x, y) in points)
        {
            if (y is { } value)
            {
                // "h0" makes a dot of a point without neighbours.
                path.Append(CultureInfo.InvariantCulture, $"{(hasPen ? 'L' : 'M')}{HtmlText.Of(_x.Of(x))} {HtmlText.Of(_y.Of(value))}{(hasPen ? "" : "h0")}");
            }

            hasPen = y is not null;
        }

        _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"line c{colour}\" d=\"{path}\"/>");
        _legend.Append(
            CultureInfo.InvariantCulture,
            $"<span class=\"key\"><svg class=\"swatch\" viewBox=\"0 0 24 8\" aria-hidden=\"true\"><path class=\"line c{colour}\" d=\"M1 4H23\"/></svg>{HtmlText.Of(name)} <small>{HtmlText.Of(note)}</small></span>");
    }

    public override string ToString() =>
        $"<figure><figcaption>{HtmlText.Of(Title)}</figcaption>" +
        $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlText.Of(Title)}\">{_svg}</svg><p class=\"legend\">{_legend}</p></figure>\n";
}
