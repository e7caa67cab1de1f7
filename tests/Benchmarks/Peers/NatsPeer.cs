using Microservices.Benchmarks.Peers.Protocols;
using Microservices.Cli.Load.Engine;
using Microservices.Testing;

namespace Microservices.Benchmarks.Peers;

/// <summary>nats-server with its defaults.</summary>
internal sealed class NatsPeer : IPeer
{
    private readonly ToolProcess _process;
    private readonly ControlLink _publisher;

    private NatsPeer(ToolProcess process, ControlLink publisher, int port) => (_process, _publisher, Port) = (process, publisher, port);

    public int ProcessId => _process.Id;

    public int Port { get; }

    public ILoadProtocol Protocol { get; } = new NatsProtocol();

    public static async Task<IPeer> StartAsync()
    {
        var port = FreePorts.Take();
        var process = await ToolProcess.StartAsync(Programs.Nats, ["-a", "127.0.0.1", "-p", $"{port}"], Path.GetTempPath());
        await process.WaitForOutputAsync("Server is ready");
        var publisher = await ControlLink.ConnectAsync(port);
        await publisher.SendAsync("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n"u8.ToArray());
        return new NatsPeer(process, publisher, port);
    }

    public Task BroadcastAsync(ReadOnlyMemory<byte> payload, int times)
    {
        var message = NatsWire.Publish(payload.Span);
        return _publisher.SendAsync(Enumerable.Repeat(message, times).SelectMany(static one => one).ToArray());
    }

    public ValueTask DisposeAsync()
    {
        _publisher.Dispose();
        return _process.DisposeAsync();
    }
}
