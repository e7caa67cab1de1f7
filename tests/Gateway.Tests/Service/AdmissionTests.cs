using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

public sealed class AdmissionTests
{
    [Fact]
    public async Task Connection_BeforeTheGatewayIsReady_IsToldToComeLater()
    {
        await using var gateway = await RunningGateway.StartAsync(withRegister: false);
        var early = await gateway.ConnectAsync();

        var error = await early.ReadErrorAsync(Code.Unavailable);
        await early.ReadEndAsync();
        await gateway.Register.StartAsync();
        await gateway.UntilReadyAsync();

        Assert.Equal(2_000u, error.RetryAfterMs);
        Assert.Equal(1, gateway.Metrics.Refusals(Code.Unavailable));
        await gateway.LogInAsync("ann");
    }

    [Fact]
    public async Task Connections_OverTheLimit_AreRefusedUntilOthersLeave()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Admission:MaxConnections", "2"));
        var first = await gateway.LogInAsync("ann");
        await gateway.LogInAsync("bob");

        var third = await gateway.ConnectAsync();
        await third.ReadErrorAsync(Code.Overloaded);
        await third.ReadEndAsync();
        first.Dispose();
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 1, "one has left");

        await gateway.LogInAsync("carl");
    }

    [Theory]
    [InlineData("Admission:MaxConnectionsPerAddress", Code.TooManyConnections)]
    [InlineData("Admission:ConnectionBurstPerAddress", Code.ConnectionRateExceeded)]
    public async Task Connections_OverALimitOfTheAddress_AreRefused(string limit, Code code)
    {
        await using var gateway = await RunningGateway.StartAsync(
            true, (limit, "2"), ("Admission:LimitLoopback", "true"), ("Admission:ConnectionsPerSecondPerAddress", "0.01"));
        await gateway.LogInAsync("ann");
        await gateway.LogInAsync("bob");

        var third = await gateway.ConnectAsync();
        third.Verify("carl");

        await third.ReadErrorAsync(code);
        await third.ReadEndAsync();
        Assert.Equal(1, gateway.Metrics.Refusals(code));
    }

    [Theory]
    [InlineData("Admission:Deny:0", "127.0.0.0/8")]
    [InlineData("Admission:Allow:0", "10.0.0.0/8")]
    public async Task Connection_FromANetworkThatIsNotAdmitted_IsRefused(string list, string network)
    {
        await using var gateway = await RunningGateway.StartAsync(true, (list, network));
        var client = await gateway.ConnectAsync();

        await client.ReadErrorAsync(Code.AddressDenied);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task Options_ThatAreWrong_AreAllNamedAtStart()
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => RunningGateway.StartAsync(
            false, ("Admission:MaxConnections", "0"), ("Admission:Deny:0", "10.0.0.0/33"), ("Connections:VerifyTimeout", "00:00:00")));

        Assert.Contains("MaxConnections", $"{fault}", StringComparison.Ordinal);
        Assert.Contains("10.0.0.0/33", $"{fault}", StringComparison.Ordinal);
        Assert.Contains("VerifyTimeout", $"{fault}", StringComparison.Ordinal);
    }
}
