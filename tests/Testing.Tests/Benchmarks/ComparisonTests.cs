using Microservices.Benchmarks;
using Microservices.Benchmarks.Comparison;
using Microservices.Benchmarks.Results;

namespace Microservices.Testing.Tests.Benchmarks;

public sealed class ComparisonTests
{
    [Fact]
    public void Order_EveryRound_HasAllAndBeginsWithAnother()
    {
        string[] items = ["a", "b", "c", "d", "e"];

        string[] rounds = [.. Enumerable.Range(1, 3).Select(round => string.Concat(ComparisonRun.Order(items, round)))];

        Assert.Equal(["abcde", "cdeab", "eabcd"], rounds);
    }

    [Fact]
    public void All_EveryTopic_HasATableWhosePlaceIsInTheDocument()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "benchmarks.md"));

        Assert.Equal(Enum.GetNames<Topic>().Order(StringComparer.OrdinalIgnoreCase), ComparisonTables.All.Select(static table => table.Topic).Order(), StringComparer.OrdinalIgnoreCase);
        Assert.All(WholeRun.Tables, table => Assert.NotEmpty(FiguresDocument.Replace(document, table.Topic, "")));
    }

    [Fact]
    public void All_EveryTarget_NamesFiguresOfItsTableAndServersThatTakePart()
    {
        var servers = Contestant.List(static () => throw new InvalidOperationException("Nothing is started here."));

        Assert.All(ComparisonTables.All, table => Assert.All(table.Targets, target =>
        {
            Assert.Contains(table.Columns, column => column.Figure == target.Figure);
            Assert.Contains(servers, server => server.Name == target.Server && server.Topics.Any(topic => table.Topic.Equals($"{topic}", StringComparison.OrdinalIgnoreCase)));
            Assert.True(target.Against is null || servers.Any(server => server.Name == target.Against));
        }));
    }
}
