using System.Globalization;
using Microservices.Benchmarks.Results;

namespace Microservices.Testing.Tests.Benchmarks;

public sealed class ResultsTests
{
    private static readonly Table Figures = new("broadcast", [("cpu", "CPU"), ("bytes", "bytes")], [new("cpu", "ours", 0.5, "theirs"), new("bytes", "ours", 200)]);

    [Theory]
    [InlineData("3", 3, 3, 3)]
    [InlineData("5 1 9", 5, 1, 9)]
    [InlineData("4 1 2 9", 3, 1, 9)]
    public void Of_Values_HasTheMedianAndTheRange(string values, double median, double least, double most)
    {
        var spread = Spread.Of(values.Split(' ').Select(static one => double.Parse(one, CultureInfo.InvariantCulture)));

        Assert.Equal((median, least, most), (spread.Median, spread.Least, spread.Most));
    }

    [Fact]
    public void Of_NoValues_Throws() => Assert.Throws<InvalidOperationException>(static () => Spread.Of([]));

    [Theory]
    [InlineData("1234.4 1234.4 1234.4", "1,234")]
    [InlineData("9.876 12.34 0.5", "9.88 (0.50 to 12.3)")]
    public void ToString_Values_ShowsThreeDigitsAndTheRangeWhereThereIsOne(string values, string text) =>
        Assert.Equal(text, $"{Spread.Of(values.Split(' ').Select(static one => double.Parse(one, CultureInfo.InvariantCulture)))}");

    // Medians of all rounds would give 2/10; within the rounds it is 0.1, 0.2, 4.
    [Fact]
    public void Measure_SeveralRounds_TakesRatiosWithinThem()
    {
        Measurement[] all = [Of("ours", 1, 1), Of("theirs", 1, 10), Of("theirs", 2, 10), Of("ours", 2, 2), Of("ours", 3, 40), Of("theirs", 3, 10), Of("ours", 4, 7)];

        var ratio = new Target("cpu", "ours", 1, "theirs").Measure(all);

        Assert.Equal(new Spread(0.2, 0.1, 4, 3), ratio);
    }

    [Fact]
    public void Measure_OtherServerIsMissing_IsNull() => Assert.Null(new Target("cpu", "ours", 1, "theirs").Measure([Of("ours", 1, 1)]));

    [Fact]
    public void Write_Measurements_HasRowsColumnsAndVerdicts()
    {
        Measurement[] all =
        [
            Of("ours", 1, 4), Of("theirs", 1, 10), Of("ours", 2, 6), Of("theirs", 2, 10), new("broadcast", "bytes", "ours", 1, 221, 1_000),
            new("burst", "cpu", "ours", 1, 99, 1_000),
        ];

        var text = Figures.Write(all);

        Assert.Equal(
            """
            1,000 connections, 2 rounds: medians, in brackets the range.

            | server | CPU | bytes |
            | --- | --- | --- |
            | ours | 5.00 (4.00 to 6.00) | 221 |
            | theirs | 10.0 | – |

            | target | measured | |
            | --- | --- | --- |
            | ours, CPU: ≤ 0.5 × theirs | 0.50 (0.40 to 0.60) | met by the median |
            | ours, bytes: ≤ 200 | 221 | **not met** |

            """,
            text);
    }

    [Fact]
    public void Write_NothingMeasured_IsEmpty() => Assert.Empty(Figures.Write([new("burst", "cpu", "ours", 1, 99, 1_000)]));

    [Fact]
    public void Replace_Place_ChangesWhatIsInItOnly()
    {
        const string Document = "# A\n<!-- figures: one -->\nold\n<!-- end -->\ntext\n<!-- figures: two -->\nkept\n<!-- end -->\n";

        var replaced = FiguresDocument.Replace(Document, "one", "new\n\n");

        Assert.Equal(Document.Replace("old", "new", StringComparison.Ordinal), replaced);
        Assert.Equal(replaced, FiguresDocument.Replace(replaced, "one", "new"));
    }

    [Theory]
    [InlineData("<!-- figures: two -->\n<!-- end -->")]
    [InlineData("<!-- figures: one -->\n")]
    [InlineData("<!-- figures: one -->\n<!-- figures: two -->\n<!-- end -->")]
    public void Replace_NoPlaceOrNoEnd_Throws(string document) =>
        Assert.Throws<InvalidOperationException>(() => FiguresDocument.Replace(document, "one", "new"));

    [Fact]
    public void Parse_WhatToJsonWrote_IsTheSame()
    {
        var measurement = new Measurement("broadcast", "cpu", "C epoll, ten sends", 3, 0.12345678901234, 19_000);

        Assert.Equal(measurement, Measurement.Parse(measurement.ToJson()));
    }

    private static Measurement Of(string server, int round, double value) => new("broadcast", "cpu", server, round, value, 1_000);
}
