using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Engine.Transports;

namespace Microservices.Benchmarks.Peers;

/// <summary>A server that runs, in processes of its own, with what its clients say to it.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>The process that holds the connections.</summary>
    int ProcessId { get; }

    /// <summary>Processes that it needs beside that one.</summary>
    IReadOnlyList<int> OtherProcessIds => [];

    /// <summary>Where clients connect, on 127.0.0.1.</summary>
    int Port { get; }

    /// <summary>What lies below the protocol.</summary>
    LoadTransport Transport => LoadTransport.Tcp;

    /// <summary>Where a WebSocket is.</summary>
    string Path => "/ws";

    /// <summary>What they speak.</summary>
    ILoadProtocol Protocol { get; }

    /// <summary>Has one payload sent to all, so many times without a pause. Returns when it has been handed over, which may be before anything is sent.</summary>
    Task BroadcastAsync(ReadOnlyMemory<byte> payload, int times);
}
