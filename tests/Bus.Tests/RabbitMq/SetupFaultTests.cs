using Microsoft.Extensions.Logging;
using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.RabbitMq;

/// <summary>What waiting doesn't mend: the log names it as an error, without the password.</summary>
public sealed class SetupFaultTests(Broker broker) : IAsyncLifetime
{
    private const string Secret = "s3cr3t:w0rd/";
    private readonly RecordedLog _log = new();
    private BusHost? _host;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Connect_WrongPassword_ErrorWithoutThePassword()
    {
        Open("guest", "/");

        await LogsErrorAsync($"RabbitMQ at amqp://guest@127.0.0.1:{broker.Server.Port}/%2F: cannot connect");
        await LogsErrorAsync("the broker refused the user name or password");
    }

    [Fact]
    public async Task Connect_UnknownVirtualHost_ErrorNamesIt()
    {
        await NewUserAsync("nowhere");

        Open("nowhere", "/no-such-host");

        await LogsErrorAsync("no-such-host");
    }

    [Fact]
    public async Task Connect_NoPermissionForTheVirtualHost_ErrorNamesIt()
    {
        await NewUserAsync("stranger");

        Open("stranger", "/");

        await LogsErrorAsync("refused for user 'stranger'");
    }

    [Fact]
    public async Task Publish_NoPermissionToDeclare_ErrorNamesWhatIsRefused()
    {
        await NewUserAsync("reader");
        await broker.Server.ControlAsync("set_permissions", "-p", "/", "reader", "^$", "^$", ".*");

        var host = Open("reader", "/");

        await LogsErrorAsync("cannot publish");
        await LogsErrorAsync("exchange 'rooms'");
        Assert.Equal(PublishOutcome.Unavailable, await host.Bus.PublishToRoomAsync(1, Room(1), Stop));
        Assert.Contains("exchange 'rooms'", await host.HealthAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bus_DocumentedPermissions_Suffice()
    {
        const string Ours = @"^(rooms|rooms\.all|room\..*|uplink.*|presence.*|amq\.default)$";
        var virtualHost = new Uri(broker.Server.TakeVirtualHost()).AbsolutePath[1..];
        await NewUserAsync("service");
        await broker.Server.ControlAsync("set_permissions", "-p", virtualHost, "service", Ours, Ours, Ours);

        var host = Open("service", virtualHost);

        await using var room = await host.Bus.ConsumeRoomAsync(1, (_, _) => ValueTask.CompletedTask, Stop);
        await using var presence = await host.Bus.SubscribePresenceAsync(new PresenceRecord(), Stop);
        await using var uplink = await host.Bus.ConsumeUplinkAsync((_, _, _) => ValueTask.CompletedTask, Stop);
        await Eventually.HoldsAsync(
            async () => await host.Bus.PublishToAllRoomsAsync(Room(1), Stop) == PublishOutcome.Accepted, "messages flow", _log.ToString);
        Assert.Equal(PublishOutcome.Accepted, await host.Bus.PublishUplinkAsync(Uplink("ann", 1), Stop));
    }

    [Fact]
    public async Task Connect_UriFileIsCorrected_ConnectsWithTheNewAddress()
    {
        using var folder = new TempFolder();
        var file = folder.Write("uri", $"amqp://guest:{Uri.EscapeDataString(Secret)}@127.0.0.1:{broker.Server.Port}/");
        _host = new BusHost(_log, ("UriFile", file), ("PublishTimeout", "00:00:00.300"));
        await LogsErrorAsync("the broker refused the user name or password");

        folder.Write("uri", broker.Server.TakeVirtualHost() + "\n");

        await _host.WhenConnectedAsync();
    }

    private BusHost Open(string user, string virtualHost)
    {
        var uri = $"amqp://{user}:{Uri.EscapeDataString(Secret)}@127.0.0.1:{broker.Server.Port}/{Uri.EscapeDataString(virtualHost)}";
        return _host = new BusHost(_log, ("Uri", uri), ("PublishTimeout", "00:00:00.300"));
    }

    private async Task NewUserAsync(string name) => await broker.Server.ControlAsync("add_user", name, Secret);

    private async Task LogsErrorAsync(string text)
    {
        await Eventually.HoldsAsync(
            () => _log.Entries.Any(entry => entry.Level == LogLevel.Error && entry.Text.Contains(text, StringComparison.Ordinal)),
            $"an error says '{text}'",
            _log.ToString);
        Assert.DoesNotContain("s3cr3t", _log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", await _host!.HealthAsync(), StringComparison.Ordinal);
    }
}
