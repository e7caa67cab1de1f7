using Google.Protobuf;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Integration.Tests.Standalone;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Secrets;

/// <summary>What no log tells, however much is logged: all services in one process at the lowest level.</summary>
public sealed class LogTests
{
    private const string Forged = "FORGED 2030-01-01T00:00:00Z";

    [Fact]
    public async Task Everything_AtTheLowestLevel_TellsNoCredentialPayloadOrForgedLine()
    {
        using var folder = new TempFolder();
        var offset = StandaloneProcess.FreeOffset();
        await using var standalone = new StandaloneProcess(
            await ServiceProcess.StartAsync(
                Repository.Dll("deploy/Standalone", "Standalone"),
                ["--data", folder.Path, "--port-offset", $"{offset}"],
                new Dictionary<string, string?> { ["Logging__LogLevel__Default"] = "Trace" }),
            folder.Path,
            offset);
        await standalone.WaitForWelcomeAsync();
        var users = await standalone.DemoUsersAsync();
        var port = standalone.PortOf(StandaloneProcess.GatewayPort);

        await using var client = await WireClient.LoginAsync(port, users[0]);
        await client.SendAsync(2, new { chat_from = "somebody", chat_to = users[0].Name, chat_content = "the-text-of-a-chat" });
        await client.ReceiveAsync(WireClient.Chat);
        await using (var stranger = await WireClient.ConnectAsync(port))
        {
            await stranger.SendAsync(WireClient.Verify, new { phone_number = users[1].Name, token = "a-token-that-is-wrong" });
            Assert.Equal(0, (await stranger.ReceiveAsync(WireClient.Verified)).Number("code"));
            await stranger.SendAsync(WireClient.Verify, new { phone_number = $"x\n{Forged}", token = "a-token-that-is-wrong" });
            Assert.Equal(0, (await stranger.ReceiveAsync(WireClient.Verified)).Number("code"));
            await stranger.SendAsync(WireClient.Verify, "{\"phone_number\":"u8.ToArray());
            await stranger.ReceiveToEndAsync();
        }

        await standalone.WithCenterAsync(async center => await center.PushAsync(new PushRequest
        {
            App = "default",
            Users = new Users { Users_ = { users[0].Name } },
            Payload = ByteString.CopyFromUtf8("the-text-of-a-push"),
            ContentType = "text/plain",
            Qos = Qos.AtLeastOnce,
        }));
        await client.ReceiveAsync(WireClient.Chat);
        var key = (await File.ReadAllTextAsync(standalone.KeyFile)).Trim();
        await standalone.StopAsync();

        var log = await standalone.Process.ReadToEndAsync();
        Assert.Contains(" DEBUG ", log, StringComparison.Ordinal);
        foreach (var secret in new[] { users[0].Token, users[1].Token, "a-token-that-is-wrong", key, "the-text-of-a-chat", "the-text-of-a-push" })
        {
            Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(log.Split('\n'), static line => line.TrimStart().StartsWith(Forged, StringComparison.Ordinal));
    }
}
