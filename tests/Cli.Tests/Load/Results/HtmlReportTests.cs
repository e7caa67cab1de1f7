using System.Xml.Linq;
using Microservices.Cli.Load.Results;
using Microservices.Cli.Load.Results.Html;

namespace Microservices.Cli.Tests.Load.Results;

public sealed class HtmlReportTests
{
    private const string Hostile = "\"'><script>alert(1)</script>&\u0001\u202e</style><img src=x onerror=alert(2)>\ud800";

    [Fact]
    public void ToString_ARun_IsAWholePageThatLoadsNothing()
    {
        var text = Page(SampleResult.Of()).ToString();
        var page = XDocument.Parse(text);

        Assert.Equal(
            ["Open connections", "Logins per second", "Published per second", "Deliveries per second", "Heartbeats per second", "Bytes received per second", "Login, ms", "Delivery, ms", "Heartbeat round trip, ms"],
            Elements(page, "h2").Single(static heading => heading.Value == "Over time").ElementsAfterSelf().First(static one => one.Name.LocalName == "div")
                .Elements().Select(static figure => figure.Elements().First().Value));
        Assert.Equal(["Summary", "Latencies", "Over time", "Settings", "Again"], Elements(page, "h2").Select(static heading => heading.Value));
        Assert.Empty(Elements(page, "script"));
        Assert.DoesNotContain(page.Descendants().Attributes(), static one => one.Name.LocalName is "src" or "href" || one.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotContain("url(", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 10_000, 200_000);
    }

    [Fact]
    public void ToString_Charts_HaveAxesWithLabelsAndStayInside()
    {
        var page = XDocument.Parse(Page(SampleResult.Of()).ToString());

        foreach (var chart in Elements(page, "svg").Where(static svg => svg.Attribute("role") is not null))
        {
            var labels = chart.Elements().Where(static one => one.Name.LocalName == "text").Select(static one => one.Value).ToArray();
            Assert.True(labels.Length >= 6, string.Join(' ', labels));
            Assert.All(Points(chart), static point =>
            {
                Assert.InRange(point.X, Chart.Left, Chart.Right);
                Assert.InRange(point.Y, Chart.Top, Chart.Bottom);
            });
        }
    }

    [Fact]
    public void ToString_NothingHappened_HasNoCharts()
    {
        var nothing = new LoadResult
        {
            Connections = 1,
            Rate = 1,
            Counts = new LoadCounts(),
            Steady = new LoadCounts(),
            Opening = TimeSpan.Zero,
            Held = TimeSpan.Zero,
            Measured = TimeSpan.Zero,
            Series = new LoadSeries(),
        };

        Assert.Empty(Elements(XDocument.Parse(Page(nothing).ToString()), "svg"));
    }

    [Fact]
    public void ToString_TextOfStrangers_IsTextOnly()
    {
        var result = SampleResult.Of() with { ProcessFailures = [Hostile] };
        result.Counts.Add(LoadReasons.Failed, Hostile);
        result.Counts.Add(LoadReasons.Closed, Hostile);
        result.Counts.Add(LoadReasons.Errors, Hostile);
        result.Counts.Add(LoadReasons.PublishFailures, Hostile);
        var text = new HtmlReport(result, [new(Hostile, Hostile)], $"load --users {Hostile}", DateTimeOffset.UnixEpoch, Hostile).ToString();

        var page = XDocument.Parse(text);
        Assert.Empty(Elements(page, "script"));
        Assert.Empty(Elements(page, "img"));
        Assert.Single(Elements(page, "style"));
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(7, Elements(page, "td").Count(static cell => cell.Value.Contains("<script>alert(1)</script>", StringComparison.Ordinal)));
    }

    [Fact]
    public void ToString_ALongRun_StaysSmall()
    {
        var text = Page(SampleResult.Of(connections: 20, seconds: 5_000)).ToString();

        Assert.InRange(text.Length, 10_000, 300_000);
        Assert.Contains(">minutes<", text, StringComparison.Ordinal);
    }

    private static HtmlReport Page(LoadResult result) => new(
        result, [new("--connections", "1000"), new("--gateway", "127.0.0.1:8124")], "load --connections 1000", DateTimeOffset.UnixEpoch, "2 processors");

    private static IEnumerable<XElement> Elements(XContainer page, string name) => page.Descendants().Where(one => one.Name.LocalName == name);

    private static IEnumerable<(double X, double Y)> Points(XElement chart) => chart.Elements()
        .Where(static one => one.Attribute("class")?.Value.StartsWith("line", StringComparison.Ordinal) == true)
        .SelectMany(static line => line.Attribute("d")!.Value.Replace("h0", "").Split('M', 'L').Skip(1))
        .Select(static point => point.Split(' ')).Select(static point => (double.Parse(point[0]), double.Parse(point[1])));
}
