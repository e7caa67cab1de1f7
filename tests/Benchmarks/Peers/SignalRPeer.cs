using Microservices.Benchmarks.Peers.Protocols;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Engine.Transports;
using Microservices.Testing;

namespace Microservices.Benchmarks.Peers;

/// <summary>A hub of SignalR.</summary>
internal sealed class SignalRPeer : IPeer
{
    private static readonly HttpClient Http = new();

    private readonly ToolProcess _process;

    private SignalRPeer(ToolProcess process, int port) => (_process, Port) = (process, port);

    public int ProcessId => _process.Id;

    public int Port { get; }

    public LoadTransport Transport => LoadTransport.WebSocket;

    public string Path => "/hub";

    public ILoadProtocol Protocol { get; } = new SignalRProtocol();

    public static async Task<IPeer> StartAsync()
    {
        var port = FreePorts.Take();
        var process = await ToolProcess.StartAsync("dotnet", ["exec", Programs.DotNetPeers, "signalr", $"{port}"], System.IO.Path.GetTempPath());
        await process.WaitForOutputAsync("Application started");
        return new SignalRPeer(process, port);
    }

    public async Task BroadcastAsync(ReadOnlyMemory<byte> payload, int times)
    {
        using var content = new ReadOnlyMemoryContent(payload);
        using var reply = await Http.PostAsync(new Uri($"http://127.0.0.1:{Port}/broadcast?times={times}"), content);
        reply.EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
