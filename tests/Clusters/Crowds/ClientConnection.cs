using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Clusters.Crowds;

/// <summary>A connection with frames of version 2. It keeps what came and how it ended; reading costs a small buffer and no thread.</summary>
public sealed class ClientConnection : IDisposable
{
    private const uint MaxFrameBytes = 1024 * 1024;
    private const int ReadBytes = 2_048;
    private const int ClientsPerAddress = 200;

    // IP_BIND_ADDRESS_NO_PORT of Linux: the port is picked at connect.
    private const int BindAddressNoPort = 24;

    private static int _opened;

    private readonly Socket _socket;
    private readonly TaskCompletionSource<ConnectionEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<TaskCompletionSource<VerifyResult>> _verifying = new();
    private ChannelPosition _handled;
    private Directive? _directive;
    private Error? _error;
    private long _frames;
    private long _heartbeatAcks;
    private int _closedHere;

    private ClientConnection(Socket socket, int port)
    {
        (_socket, Port) = (socket, port);
        _ = ReadAsync();
    }

    /// <summary>The gateway's.</summary>
    public int Port { get; }

    /// <summary>The latest good answer to a verify.</summary>
    public VerifyResult? Session { get; private set; }

    /// <summary>The latest hundred.</summary>
    public ConcurrentQueue<Arrival> Pushes { get; } = new();

    public ConcurrentQueue<Error> Errors { get; } = new();

    public Task<ConnectionEnd> End => _end.Task;

    public bool IsOpen => !_end.Task.IsCompleted;

    /// <summary>Acknowledges what comes of the inbox, once for all that is read at once. Otherwise nothing is acknowledged unless it is told to.</summary>
    public bool Acknowledges { get; set; }

    /// <summary>Called for each push, on the reading loop; what it gets is valid until it returns.</summary>
    public Action<PushDelivery>? PushHandler { get; set; }

    /// <summary>Frames of any kind that came.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Header and body.</summary>
    public int LatestFrameBytes { get; private set; }

    public long HeartbeatAcks => Interlocked.Read(ref _heartbeatAcks);

    /// <summary>Connects, from an address that it shares with few others: one address has 28,000 ports, and gateways count by address.</summary>
    public static async Task<ClientConnection> OpenAsync(int port, CancellationToken cancellationToken)
    {
        var group = Interlocked.Increment(ref _opened) / ClientsPerAddress;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetRawSocketOption((int)SocketOptionLevel.IP, BindAddressNoPort, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(group / 200 % 200), (byte)(1 + (group % 200))]), 0));
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return new ClientConnection(socket, port);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Null: the connection ended before an answer came.</summary>
    public async Task<VerifyResult?> VerifyAsync(Verify verify, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<VerifyResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _verifying.Enqueue(answer);
        TrySend(FrameWriter.ToArray(ProtocolVersion.Current, Command.Verify, verify));
        await Task.WhenAny(answer.Task, End).WaitAsync(cancellationToken);
        return answer.Task.IsCompletedSuccessfully ? await answer.Task : null;
    }

    public bool Acknowledge(ChannelPosition position) =>
        TrySend(FrameWriter.ToArray(ProtocolVersion.Current, Command.Ack, new Ack { Positions = [position] }));

    public bool TryBeat() => TrySend(FixedFrames.Heartbeat.Span);

    /// <summary>Sends a frame of a few bytes; false: the socket didn't take it.</summary>
    public bool TrySend(ReadOnlySpan<byte> frame)
    {
        try
        {
            return _socket.Send(frame, SocketFlags.None, out var error) == frame.Length && error == SocketError.Success;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Says goodbye, and closes when the server has.</summary>
    public async Task LeaveAsync()
    {
        TrySend(FixedFrames.Goodbye.Span);
        await Task.WhenAny(End, Task.Delay(TimeSpan.FromSeconds(5)));
        Dispose();
    }

    /// <summary>Closes without a word.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _closedHere, 1);
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[ReadBytes];
        var held = 0;
        try
        {
            while (true)
            {
                if (held == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var received = await _socket.ReceiveAsync(buffer.AsMemory(held));
                if (received == 0)
                {
                    break;
                }

                held = Take(buffer, held + received);
                if (Acknowledges && _handled.Seq > 0)
                {
                    Acknowledge(_handled);
                    _handled = default;
                }
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The link is gone; what the server said last tells why.
        }
        catch (ProtocolException fault)
        {
            _error = Error.From(fault);
        }

        var code = _directive?.Code ?? _error?.Code ?? Code.None;
        _end.TrySetResult(new ConnectionEnd(Order.Next(), code, Volatile.Read(ref _closedHere) == 0, _directive?.AfterMs ?? _error?.RetryAfterMs ?? 0));
        _socket.Dispose();
    }

    // Returns how many bytes of an unfinished frame stay at the buffer's start.
    private int Take(byte[] buffer, int count)
    {
        var bytes = new ReadOnlySequence<byte>(buffer, 0, count);
        while (FrameDecoder.TryRead(ref bytes, MaxFrameBytes, out var header, out var body))
        {
            LatestFrameBytes = (int)header.Length;
            Take(header, body);
            Interlocked.Increment(ref _frames);
        }

        var rest = (int)bytes.Length;
        buffer.AsSpan(count - rest, rest).CopyTo(buffer);
        return rest;
    }

    // Only the latest: a benchmark sends millions.
    private void Take(PushDelivery push)
    {
        const int Kept = 100;
        ChannelPosition? kept = push.Channel.Length == 0 ? null : new ChannelPosition { Channel = push.Channel, Epoch = push.Epoch, Seq = push.Seq };
        _handled = push.Channel == ChannelNames.Inbox ? kept!.Value : _handled;
        if (PushHandler is { } handler)
        {
            handler(push);
            return;
        }

        Pushes.Enqueue(new Arrival(Order.Next(), Encoding.UTF8.GetString(push.Payload.Span), kept));
        if (Pushes.Count > Kept)
        {
            Pushes.TryDequeue(out _);
        }
    }

    private void Take(FrameHeader header, ReadOnlySequence<byte> body)
    {
        switch (header.Command)
        {
            case Command.VerifyResult:
                var result = FrameBody.Read<VerifyResult>(header, body);
                Session = result.Code == 1 ? result : Session;
                if (_verifying.TryDequeue(out var verifying))
                {
                    verifying.TrySetResult(result);
                }

                break;
            case Command.Push:
                Take(FrameBody.Read<PushDelivery>(header, body));
                break;
            case Command.HeartbeatAck:
                Interlocked.Increment(ref _heartbeatAcks);
                break;
            case Command.Directive:
                _directive = FrameBody.Read<Directive>(header, body);
                break;
            case Command.Error:
                _error = FrameBody.Read<Error>(header, body);
                Errors.Enqueue(_error);
                break;
        }
    }
}
