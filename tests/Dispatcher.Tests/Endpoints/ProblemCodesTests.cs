using System.Globalization;
using Microservices.Dispatcher.Endpoints;

namespace Microservices.Dispatcher.Tests.Endpoints;

public sealed class ProblemCodesTests
{
    [Fact]
    public void All_StandInTheTableWithTheirStatus()
    {
        var table = File.ReadLines(Path.Combine(Root(), "proto", "codes.csv")).Skip(1)
            .Select(static line => line.Split(','))
            .ToDictionary(
                static cells => cells[1],
                static cells => (int.Parse(cells[0], CultureInfo.InvariantCulture), int.Parse(cells[4], CultureInfo.InvariantCulture)));

        Assert.All(ProblemCodes.All, code => Assert.Equal(table[code.Name], (code.Number, code.HttpStatus)));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Microservices.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
