using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Tests.Kick;

public sealed class KickCommandTests
{
    [Fact]
    public async Task Kick_Users_SendsDeviceAndReason()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Offline.Add("bob");

        var run = await CommandRun.OfAsync(center, "kick", "alice,bob", "carol", "--device", "phone", "--reason", "maintenance");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("phone", center.Only<KickRequest>().Device);
        Assert.Equal("maintenance", center.Only<KickRequest>().Reason);
        Assert.Contains("2 kicked, 1 offline", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kick_NoUser_SaysSo() => (await CommandRun.OfAsync("kick")).AssertFailed("'kick'");
}
