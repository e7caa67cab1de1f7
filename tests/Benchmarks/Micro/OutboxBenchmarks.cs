using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using Microservices.Gateway.Transport;

namespace Microservices.Benchmarks.Micro;

/// <summary>A frame of 200 bytes into the outbox of one connection.</summary>
public class OutboxBenchmarks
{
    private const int Frames = 64;

    private readonly byte[] _frame = new byte[200];
    private readonly byte[] _read = new byte[Frames * 200];
    private readonly ShutOutlet _shut = new();
    private Socket _reader = null!;
    private Socket _sender = null!;
    private Outbox _onSocket = null!;
    private Outbox _onOpen = null!;
    private Outbox _behindBacklog = null!;

    /// <summary>A link on loopback.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        _reader = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _reader.Connect(listener.LocalEndPoint!);
        _sender = listener.Accept();
        _sender.NoDelay = true;

        var parts = new OutboxParts(1024 * 1024, static () => 0);
        _onSocket = new Outbox(new SocketOutlet(_sender), parts, new DeafOwner());
        _onOpen = new Outbox(new OpenOutlet(), parts, new DeafOwner());
        _behindBacklog = new Outbox(_shut, parts, new DeafOwner());
    }

    /// <summary>Ends the link.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _sender.Dispose();
        _reader.Dispose();
    }

    /// <summary>The outbox alone: what it sends to costs nothing.</summary>
    [Benchmark]
    public void OutboxAlone() => Check(_onOpen.Post(_frame), PostOutcome.Sent);

    /// <summary>A socket that takes it, the system's send included, and a sixty-fourth of a read at the other end.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public void ToSocket()
    {
        for (var i = 0; i < Frames; i++)
        {
            Check(_onSocket.Post(_frame), PostOutcome.Sent);
        }

        for (var unread = Frames * _frame.Length; unread > 0;)
        {
            unread -= _reader.Receive(_read);
        }
    }

    /// <summary>A peer that reads nothing for 64 frames, then all: copied to the backlog and sent from there.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public void BehindBacklog()
    {
        for (var i = 0; i < Frames; i++)
        {
            Check(_behindBacklog.Post(_frame), PostOutcome.Waiting);
        }

        _shut.Drain(_behindBacklog);
    }

    private static void Check(PostOutcome outcome, PostOutcome expected)
    {
        if (outcome != expected)
        {
            throw new InvalidOperationException($"{outcome} instead of {expected}.");
        }
    }
}
