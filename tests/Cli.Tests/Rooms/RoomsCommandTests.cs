using Microservices.Cli.Tests.Running;

namespace Microservices.Cli.Tests.Rooms;

public sealed class RoomsCommandTests
{
    [Fact]
    public async Task Rooms_Two_ShowsTheirState()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync(center, "rooms");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"room-a\s+live\s+1,234\s+1,200\s+127\.0\.0\.1:8124\s+00000000000000ff", run.Output);
        Assert.Matches(@"room-b\s+draining", run.Output);
    }
}
