using System.Globalization;

namespace Microservices.Protocol.Tests;

public sealed class CodeTableTests
{
    [Fact]
    public void All_ComparedWithCodesCsv_IsTheSameRowForRow()
    {
        var expected = File.ReadLines(Specification.Document.PathOf("codes.csv")).Skip(1)
            .Select(line => line.Split(',', 7))
            .Select(cells => (Number: int.Parse(cells[0], CultureInfo.InvariantCulture), Name: cells[1], Kind: cells[2], Client: cells[5]));

        var actual = CodeTable.All.Select(row => ((int)row.Code, row.Name, Snake(row.Kind), Snake(row.Action)));

        Assert.Equal(expected, actual);
        Assert.Equal(CodeTable.All.Select(row => row.Code), Enum.GetValues<Code>().Except([Code.None]));
    }

    [Theory]
    [InlineData(2999, ClientAction.Continue), InlineData(3000, ClientAction.Reconnect), InlineData(3499, ClientAction.Reconnect)]
    [InlineData(3500, ClientAction.BackOff), InlineData(3999, ClientAction.BackOff), InlineData(4000, ClientAction.Stop)]
    [InlineData(4499, ClientAction.Stop), InlineData(4500, ClientAction.Continue), InlineData(4999, ClientAction.Continue)]
    [InlineData(5000, ClientAction.Continue)]
    public void ActionOf_AnyNumber_IsDecidedByRange(int number, ClientAction action) => Assert.Equal(action, CodeTable.ActionOf((Code)number));

    [Fact]
    public void NameOf_UnknownCode_IsEmpty() => Assert.Equal("", CodeTable.NameOf((Code)3999));

    private static string Snake<T>(T value)
        where T : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
