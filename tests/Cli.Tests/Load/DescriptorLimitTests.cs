using Microservices.Cli.CommandLine;
using Microservices.Cli.Load;

namespace Microservices.Cli.Tests.Load;

public sealed class DescriptorLimitTests
{
    [Fact]
    public void Read_LimitsOfAProcess_IsTheSoftOne() => Assert.Equal(20_000, DescriptorLimit.Read(
    [
        "Limit                     Soft Limit           Hard Limit           Units     ",
        "Max processes             95000                95000                processes ",
        "Max open files            20000                65536                files     ",
    ]));

    [Fact]
    public void Read_Unlimited_IsNone() => Assert.Null(DescriptorLimit.Read(["Max open files            unlimited            unlimited            files     "]));

    [Fact]
    public void Check_Enough_Passes() => DescriptorLimit.Check(19_800, 20_000);

    [Fact]
    public void Check_TooFew_SaysHowManyAndWhatToDo()
    {
        var fault = Assert.Throws<CliException>(static () => DescriptorLimit.Check(19_801, 20_000));

        Assert.Equal(
            "19,801 connections need about 20,001 file descriptors; this process may open 20,000. " +
            "Raise the limit with 'ulimit -n 20001', or share the connections among several processes.",
            fault.Message);
    }
}
