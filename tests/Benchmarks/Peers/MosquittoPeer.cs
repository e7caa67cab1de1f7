using Microservices.Benchmarks.Peers.Protocols;
using Microservices.Cli.Load.Engine;
using Microservices.Testing;

namespace Microservices.Benchmarks.Peers;

/// <summary>mosquitto with its defaults, open to anybody on loopback.</summary>
internal sealed class MosquittoPeer : IPeer
{
    private readonly ToolProcess _process;
    private readonly ControlLink _publisher;
    private readonly TempFolder _folder;

    private MosquittoPeer(ToolProcess process, ControlLink publisher, int port, TempFolder folder) =>
        (_process, _publisher, Port, _folder) = (process, publisher, port, folder);

    public int ProcessId => _process.Id;

    public int Port { get; }

    public ILoadProtocol Protocol { get; } = new MqttProtocol();

    public static async Task<IPeer> StartAsync()
    {
        var (port, folder) = (FreePorts.Take(), new TempFolder());

        // As another user it would forget that it must end with this process. The log would have a line for each connection.
        var configuration = folder.Write("mosquitto.conf", $"""
            listener {port} 127.0.0.1
            allow_anonymous true
            persistence false
            user root
            log_dest stderr
            log_type error
            log_type warning

            """);
        var process = await ToolProcess.StartAsync(Programs.Mosquitto, ["-c", configuration], folder.Path);
        var publisher = await ControlLink.ConnectAsync(port);
        await publisher.SendAsync(MqttWire.Connect("publisher"));
        await publisher.ReadAsync(4);
        return new MosquittoPeer(process, publisher, port, folder);
    }

    public Task BroadcastAsync(ReadOnlyMemory<byte> payload, int times)
    {
        var message = MqttWire.Publish(payload.Span);
        return _publisher.SendAsync(Enumerable.Repeat(message, times).SelectMany(static one => one).ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        _publisher.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
