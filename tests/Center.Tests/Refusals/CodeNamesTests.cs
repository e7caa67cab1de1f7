using Microservices.Center.Refusals;

namespace Microservices.Center.Tests.Refusals;

public sealed class CodeNamesTests
{
    [Theory]
    [InlineData(0u, "")]
    [InlineData(3004u, "connection_lost")]
    [InlineData(4001u, "kicked")]
    [InlineData(9999u, "9999")]
    public void Of_Number_IsTheNameOfTheTable(uint number, string name) => Assert.Equal(name, CodeNames.Of(number));
}
