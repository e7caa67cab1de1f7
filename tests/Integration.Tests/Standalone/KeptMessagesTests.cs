using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Integration.Tests.ChatProtocol;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Standalone;

/// <summary>Messages that outlive the process, in a file of its data folder.</summary>
public sealed class KeptMessagesTests
{
    private const string FileName = "messages.db";

    [Fact]
    public async Task Push_KeptBeforeARestart_ReachesTheUserAfterIt()
    {
        using var folder = new TempFolder();
        var offset = StandaloneProcess.FreeOffset();
        TestUser bob;
        ChannelPosition before;
        await using (var first = await StandaloneProcess.StartAsync(folder.Path, offset))
        {
            await first.WaitForWelcomeAsync();
            bob = (await first.DemoUsersAsync())[1];
            before = await KeepAsync(first, bob, "kept", key: "order-1");
            await first.StopAsync();
        }

        await using var second = await StandaloneProcess.StartAsync(folder.Path, offset);
        await second.WaitForWelcomeAsync();
        Assert.Equal(before, await KeepAsync(second, bob, "kept", key: "order-1"));
        var after = await KeepAsync(second, bob, "kept later");
        await using var client = await WireClient.LoginAsync(second.PortOf(StandaloneProcess.GatewayPort), bob);

        Assert.Equal("kept", (await client.ReceiveAsync(102)).Text("chat_content"));
        Assert.Equal("kept later", (await client.ReceiveAsync(102)).Text("chat_content"));
        Assert.Equal(before.Seq + 1, after.Seq);
        Assert.True(after.Epoch >= before.Epoch);
        await WaitForEmptyInboxAsync(second, bob);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Push_KeptBeforeAKill_ReachesTheUserAfterIt()
    {
        using var folder = new TempFolder();
        var offset = StandaloneProcess.FreeOffset();
        TestUser bob;
        await using (var first = await StandaloneProcess.StartAsync(folder.Path, offset))
        {
            await first.WaitForWelcomeAsync();
            bob = (await first.DemoUsersAsync())[1];
            await KeepAsync(first, bob, "kept");
            await first.Process.KillAsync();
        }

        await using var second = await StandaloneProcess.StartAsync(folder.Path, offset);
        await second.WaitForWelcomeAsync();
        await using var client = await WireClient.LoginAsync(second.PortOf(StandaloneProcess.GatewayPort), bob);

        Assert.Equal("kept", (await client.ReceiveAsync(102)).Text("chat_content"));
    }

    [Fact]
    public async Task Start_FileOfMessagesThatIsNone_SaysSo()
    {
        using var folder = new TempFolder();
        var file = folder.Write(FileName, new string('x', 8192));

        await using var standalone = await StandaloneProcess.StartAsync(folder.Path, StandaloneProcess.FreeOffset());

        Assert.Equal(1, await standalone.Process.WaitForExitAsync());
        await standalone.Process.WaitForOutputAsync($"The file of channels {file} cannot be used: it is no database.");
    }

    [Fact]
    public async Task Start_SecondOnOneDataFolder_SaysThatTheFileIsOpen()
    {
        using var folder = new TempFolder();
        await using var first = await StandaloneProcess.StartAsync(folder.Path, StandaloneProcess.FreeOffset());
        await first.WaitForWelcomeAsync();
        await first.Process.WaitForOutputAsync($"Kept messages: {Path.Combine(folder.Path, FileName)}");

        await using var second = await StandaloneProcess.StartAsync(folder.Path, StandaloneProcess.FreeOffset());

        Assert.Equal(1, await second.Process.WaitForExitAsync());
        await second.Process.WaitForOutputAsync($"The file of channels {Path.Combine(folder.Path, FileName)} cannot be used: another process has it open");
    }

    private static async Task<ChannelPosition> KeepAsync(StandaloneProcess standalone, TestUser user, string text, string key = "")
    {
        var request = ClusterQueries.Text(Cluster.DefaultApp, text, user);
        (request.Qos, request.Key) = (Qos.AtLeastOnce, key);
        UserOutcome? outcome = null;
        await standalone.WithCenterAsync(async center => outcome = (await center.PushAsync(request)).Outcomes.Single());
        Assert.Equal(UserOutcome.Types.Outcome.Kept, outcome!.Outcome);
        return outcome.Position;
    }

    private static Task WaitForEmptyInboxAsync(StandaloneProcess standalone, TestUser user) => Eventually.HoldsAsync(
        async () =>
        {
            GetInboxReply? inbox = null;
            await standalone.WithCenterAsync(
                async center => inbox = await center.GetInboxAsync(new GetInboxRequest { App = Cluster.DefaultApp, User = user.Name }));
            return inbox!.Messages == 0;
        },
        "everything is acknowledged");
}
