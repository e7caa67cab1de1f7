using System.Text.Json;
using Microservices.Client.Messages;
using Microservices.Clusters.Receiving;

namespace Microservices.Fault.Tests.Delivery.Support;

/// <summary>The command <c>receive</c> as a process, which can be frozen and killed. Its cursors are in a file.</summary>
internal sealed class ReceiveProcess(Cluster cluster, string app, TestUser user) : IReceiver, IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private ServiceProcess? _process;
    private string _earlier = "";

    public TestUser User => user;

    public int Logins => Lines().Count(static line => KindOf(line) == "connected");

    public int Count => Lines().Count(static line => KindOf(line) == "push");

    public IReadOnlyList<Reception> Received =>
        [.. Lines().Where(static line => KindOf(line) == "push").Select(static (line, i) => new Reception(
            i,
            line.GetProperty("payload").GetString()!,
            line.GetProperty("id").GetString()!,
            line.GetProperty("channel").GetString()!,
            new MessagePosition(line.GetProperty("epoch").GetUInt64(), line.GetProperty("seq").GetUInt64())))];

    public string States => string.Join('\n', (_earlier + _process?.Output).Split('\n').TakeLast(10));

    /// <summary>Starts it on a gateway and waits until it is connected.</summary>
    public async Task StartAsync(ServiceInstance gateway)
    {
        var before = Logins;
        _earlier += _process is null ? "" : $"{_process.Output}\n";
        _process = await ServiceProcess.StartAsync(Repository.Dll("client/Cli", "Cli"),
        [
            "receive", "--json", "--app", app, "--user", user.Name, "--token-file", _folder.Write("token", user.Token),
            "--cursor-file", Path.Combine(_folder.Path, "cursors"), "--gateway", $"127.0.0.1:{gateway.Port}",
        ]);
        await Eventually.HoldsAsync(() => Logins > before, "the process is connected", () => $"{States}\n{cluster.State()}");
    }

    public void Send(Signal signal) => _process!.Send(signal);

    public Task KillAsync() => _process!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    public override string ToString() => $"process of {user.Name}: {Logins} logins, {Count} messages";

    private static string? KindOf(JsonElement line) => line.GetProperty("kind").GetString();

    // A process that was killed may have left half a line.
    private IEnumerable<JsonElement> Lines()
    {
        foreach (var line in (_earlier + _process?.Output).Split('\n').Where(static line => line.StartsWith('{') && line.EndsWith('}')))
        {
            yield return JsonDocument.Parse(line).RootElement;
        }
    }
}
