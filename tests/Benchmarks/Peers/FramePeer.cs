using System.Buffers.Binary;
using Microservices.Benchmarks.Peers.Protocols;
using Microservices.Cli.Load.Engine;
using Microservices.Contracts;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Benchmarks.Peers;

/// <summary>A bare server for our own frames: the program in C, or the handler on Kestrel. It sends what the gateway would.</summary>
internal sealed class FramePeer : IPeer
{
    private const Command Control = (Command)900;

    private readonly ToolProcess _process;
    private readonly ControlLink _control;
    private readonly TempFolder _folder;

    private FramePeer(ToolProcess process, ControlLink control, int port, TempFolder folder, bool coalesces) =>
        (_process, _control, Port, _folder, Coalesces) = (process, control, port, folder, coalesces);

    public int ProcessId => _process.Id;

    public int Port { get; }

    public ILoadProtocol Protocol { get; } = new FrameProtocol(static index => FrameProtocol.Login($"user-{index}", "token", index));

    /// <summary>A burst is told as one piece of many frames, which takes one send for each connection.</summary>
    public bool Coalesces { get; set; }

    /// <summary>How many sends could not be made at once since the start.</summary>
    public uint Waited { get; private set; }

    public static async Task<IPeer> StartEpollAsync()
    {
        var folder = new TempFolder();
        var program = Path.Combine(folder.Path, "epoll_peer");
        var source = Path.Combine(AppContext.BaseDirectory, "Peers", "epoll", "epoll_peer.c");
        await Tool.RunAsync(Programs.Compiler, ["-O2", "-o", program, source], folder.Path, TimeSpan.FromMinutes(1));
        return await StartAsync(program, [], folder, coalesces: true);
    }

    public static Task<IPeer> StartKestrelAsync() => StartAsync("dotnet", ["exec", Programs.DotNetPeers, "kestrel"], new TempFolder(), coalesces: false);

    public async Task BroadcastAsync(ReadOnlyMemory<byte> payload, int times)
    {
        // What the gateway would send.
        var push = new PushDelivery { Id = MessageId.New(0, TimeProvider.System), App = "default", Payload = payload, ContentType = "application/octet-stream" };
        var frame = FrameWriter.ToArray(ProtocolVersion.Current, Command.Push, push);
        var (parts, repeats) = Coalesces ? (times, 1) : (1, times);
        var control = new byte[Frame.HeaderBytes + sizeof(uint) + (parts * frame.Length)];
        new FrameHeader((uint)control.Length, ProtocolVersion.Current, Control).Write(control);
        BinaryPrimitives.WriteInt32BigEndian(control.AsSpan(Frame.HeaderBytes), repeats);
        for (var i = 0; i < parts; i++)
        {
            frame.CopyTo(control, Frame.HeaderBytes + sizeof(uint) + (i * frame.Length));
        }

        await _control.SendAsync(control);
        var answer = await _control.ReadAsync(Frame.HeaderBytes + sizeof(uint));
        Waited = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(Frame.HeaderBytes));
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<IPeer> StartAsync(string program, string[] arguments, TempFolder folder, bool coalesces)
    {
        var port = FreePorts.Take();
        var process = await ToolProcess.StartAsync(program, [.. arguments, $"{port}"], folder.Path);
        return new FramePeer(process, await ControlLink.ConnectAsync(port), port, folder, coalesces);
    }
}
