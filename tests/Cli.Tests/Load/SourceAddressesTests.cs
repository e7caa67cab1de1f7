using Microservices.Cli.CommandLine;
using Microservices.Cli.Load;

namespace Microservices.Cli.Tests.Load;

public sealed class SourceAddressesTests
{
    [Fact]
    public void Parse_AddressesAndRanges_InOrder() => Assert.Equal(
        ["127.0.0.9", "127.0.0.2", "127.0.0.3", "127.0.0.4"],
        SourceAddresses.Parse(["127.0.0.9", "127.0.0.2-4"]).Select(static address => address.ToString()));

    [Theory]
    [InlineData("")]
    [InlineData("::1")]
    [InlineData("127.0.0.2-")]
    [InlineData("127.0.0.2-256")]
    [InlineData("127.0.0.2-1")]
    [InlineData("127.0.0.2-127.0.0.4")]
    public void Parse_AnythingElse_IsAFault(string entry) => Assert.Throws<CliException>(() => SourceAddresses.Parse([entry]));

    [Fact]
    public void CheckPorts_MoreConnectionsThanPorts_SaysWhatToDo()
    {
        SourceAddresses.CheckPorts(56_000, 1, 2);

        var fault = Assert.Throws<CliException>(static () => SourceAddresses.CheckPorts(56_001, 2, 1));
        Assert.Contains("--source-addresses", fault.Message, StringComparison.Ordinal);
    }
}
