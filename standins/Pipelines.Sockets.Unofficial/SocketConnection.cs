using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pipelines.Sockets.Unofficial;

public sealed class SocketConnection : DuplexPump
{
    // Far below what one system call may take (IOV_MAX, 1,024).
    private const int MaxGather = 64;

    private readonly Socket _socket;
    private readonly List<ArraySegment<byte>> _gather = new(MaxGather);

    private SocketConnection(Socket socket, PipeOptions? send, PipeOptions? receive)
        : base(send, receive) => _socket = socket;

    public static SocketConnection Create(
        Socket socket,
        PipeOptions? sendPipeOptions,
        PipeOptions? receivePipeOptions,
        SocketConnectionOptions socketConnectionOptions = SocketConnectionOptions.None,
        string? name = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var connection = new SocketConnection(socket, sendPipeOptions, receivePipeOptions);
        connection.Start();
        return connection;
    }

    public static void AssertDependencies()
    {
    }

    public static void SetRecommendedClientOptions(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.Unix)
        {
            return;
        }

        try
        {
            socket.NoDelay = true;
        }
        catch (SocketException)
        {
        }
    }

    public Counters GetCounters()
    {
        long available = -1;
        try
        {
            available = _socket.Available;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }

        return new Counters(available);
    }

    private protected override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, SocketFlags.None);

    private protected override async ValueTask SendAsync(ReadOnlySequence<byte> data)
    {
        while (!data.IsEmpty)
        {
            var sent = !data.IsSingleSegment && TryGather(data)
                ? await _socket.SendAsync(_gather, SocketFlags.None).ConfigureAwait(false)
                : await _socket.SendAsync(data.First, SocketFlags.None).ConfigureAwait(false);
            data = data.Slice(sent);
        }
    }

    /// <summary>Several segments in one system call; <see langword="false"/> when the first has no array behind it.</summary>
    private bool TryGather(ReadOnlySequence<byte> data)
    {
        _gather.Clear();
        foreach (var memory in data)
        {
            if (_gather.Count == MaxGather || !MemoryMarshal.TryGetArray(memory, out var segment))
            {
                break;
            }

            if (segment.Count > 0)
            {
                _gather.Add(segment);
            }
        }

        return _gather.Count > 0;
    }

    /// <summary>-1 stands for "not known", which the caller leaves out of its messages.</summary>
    public readonly struct Counters
    {
        internal Counters(long available) => BytesAvailableOnSocket = available;

        public long BytesAvailableOnSocket { get; }
        public long BytesWaitingToBeRead => -1;
        public long BytesWaitingToBeSent => -1;
    }
}
