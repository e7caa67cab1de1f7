using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Cli.Load;

/// <summary>
/// One connection of a load run. While it is idle it holds a socket, a pending read of zero bytes and nothing else: no task, no timer, no
/// buffer, so that one process holds as many as its descriptors allow.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    private const uint MaxFrameBytes = 1024 * 1024;
    private const int ReadBytes = 32 * 1024;

    // IP_BIND_ADDRESS_NO_PORT of Linux: the port is picked at connect, so that it may be in use towards another gateway.
    private const int BindAddressNoPort = 24;

    private readonly LoadCounters _counters;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _readable = new();
    private TaskCompletionSource<bool>? _verifying = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _partial = [];
    private string? _farewell;

    // Only of one that acknowledges.
    private ChannelPosition[]? _unacknowledged;
    private int _ended;

    private LoadConnection(Socket socket, LoadCounters counters)
    {
        _socket = socket;
        _counters = counters;
        _readable.SetBuffer(Memory<byte>.Empty);
        _readable.Completed += OnReadable;
    }

    /// <summary>Connects and logs in. Null: it failed, which is counted.</summary>
    public static async Task<LoadConnection?> OpenAsync(
        EndPoint target, IPAddress? source, Verify verify, LoadCounters counters, TimeSpan timeout, CancellationToken cancellationToken)
    {
        counters.Begin();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        var connection = new LoadConnection(new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, counters);
        try
        {
            connection.Bind(source);
            await connection._socket.ConnectAsync(target, deadline.Token);
            if (await connection.LogInAsync(verify, deadline.Token))
            {
                return connection;
            }
        }
        catch (SocketException fault)
        {
            counters.Failed.Add(fault.SocketErrorCode.ToString());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            counters.Failed.Add("timeout");
        }
        catch (OperationCanceledException)
        {
            // The run was ended meanwhile.
        }

        connection.Dispose();
        return null;
    }

    /// <summary>Sends a heartbeat if the socket takes it at once.</summary>
    public void Beat()
    {
        if (Volatile.Read(ref _ended) != 0)
        {
            return;
        }

        if (TrySend(FixedFrames.Heartbeat.Span))
        {
            _counters.Heartbeat();
        }
        else
        {
            _counters.HoldHeartbeatBack();
        }
    }

    /// <summary>Says goodbye and closes; not counted as closed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0 && _verifying is null)
        {
            TrySend(FixedFrames.Goodbye.Span);
        }

        _socket.Dispose();
        _readable.Dispose();
    }

    private void Bind(IPAddress? source)
    {
        if (source is not null)
        {
            if (OperatingSystem.IsLinux())
            {
                _socket.SetRawSocketOption((int)SocketOptionLevel.IP, BindAddressNoPort, BitConverter.GetBytes(1));
            }

            _socket.Bind(new IPEndPoint(source, 0));
        }
    }

    private async Task<bool> LogInAsync(Verify verify, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(FrameWriter.ToArray(ProtocolVersion.Current, Command.Verify, verify), SocketFlags.None, cancellationToken);
        _socket.Blocking = false;
        var verified = _verifying!.Task;
        WaitForBytes();
        return await verified.WaitAsync(cancellationToken);
    }

    private void WaitForBytes()
    {
        try
        {
            while (!_socket.ReceiveAsync(_readable))
            {
                if (!Read())
                {
                    return;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed by this side meanwhile.
        }
    }

    private void OnReadable(object? sender, SocketAsyncEventArgs arguments)
    {
        if (Read())
        {
            WaitForBytes();
        }
    }

    // False: the connection is over.
    private bool Read()
    {
        var held = _partial.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(held + ReadBytes);
        try
        {
            _partial.CopyTo(buffer, 0);
            var received = _socket.Receive(buffer.AsSpan(held), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (error != SocketError.Success || received == 0)
            {
                End(error == SocketError.Success ? "closed by the server" : error.ToString());
                return false;
            }

            _counters.Receive(received);
            Take(new ReadOnlySequence<byte>(buffer, 0, held + received));
            return Volatile.Read(ref _ended) == 0;
        }
        catch (ProtocolException fault)
        {
            End($"not understood: {CodeTable.NameOf(fault.Code)}");
            return false;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Take(ReadOnlySequence<byte> bytes)
    {
        while (FrameDecoder.TryRead(ref bytes, MaxFrameBytes, out var header, out var body))
        {
            Count(header, body);
        }

        _partial = bytes.IsEmpty ? [] : bytes.ToArray();
        Acknowledge();
    }

    private void Count(FrameHeader header, ReadOnlySequence<byte> body)
    {
        switch (header.Command)
        {
            case Command.Push:
                _counters.Push();
                if (_unacknowledged is not null && FrameBody.Read<PushDelivery>(header, body) is { Channel.Length: > 0 } push)
                {
                    Keep(push.Channel, push.Epoch, push.Seq);
                }

                break;
            case Command.SingleChatDelivery or Command.GroupChatDelivery or Command.BroadcastChatDelivery:
                _counters.Chat();
                if (_unacknowledged is not null && FrameBody.Read<ChatDelivery>(header, body) is { Channel.Length: > 0 } chat)
                {
                    Keep(chat.Channel, chat.Epoch, chat.Seq);
                }

                break;
            case Command.HeartbeatAck:
                _counters.HeartbeatAck();
                break;
            case Command.VerifyResult:
                Judge(FrameBody.Read<VerifyResult>(header, body));
                break;
            case Command.Error:
                var error = FrameBody.Read<Error>(header, body);
                _farewell = error.Reason;
                _counters.Errors.Add(error.Reason);
                break;
            case Command.Directive:
                _farewell = FrameBody.Read<Directive>(header, body).Reason;
                _counters.Directive();
                break;
            default:
                _counters.OtherFrame();
                break;
        }
    }

    private void Keep(string channel, ulong epoch, ulong seq)
    {
        _counters.Keep();
        var known = Array.FindIndex(_unacknowledged!, position => position.Channel == channel);
        if (known < 0 && _unacknowledged!.Length < Ack.MaxPositions)
        {
            known = _unacknowledged.Length;
            Array.Resize(ref _unacknowledged, known + 1);
        }

        if (known >= 0)
        {
            _unacknowledged![known] = new ChannelPosition { Channel = channel, Epoch = epoch, Seq = seq };
        }
    }

    // What the socket does not take now goes with the next.
    private void Acknowledge()
    {
        if (_unacknowledged is { Length: > 0 } positions
            && TrySend(FrameWriter.ToArray(ProtocolVersion.Current, Command.Ack, new Ack { Positions = positions })))
        {
            _counters.Ack();
            _unacknowledged = [];
        }
    }

    private void Judge(VerifyResult result)
    {
        if (result.Code != 1)
        {
            End(result.Reason.Length > 0 ? result.Reason : "refused");
        }
        else if (Interlocked.Exchange(ref _verifying, null) is { } verifying)
        {
            _counters.Verify(result.HeartbeatMs);
            _unacknowledged = result.Features.Contains(Features.Ack) ? [] : null;
            verifying.TrySetResult(true);
        }
    }

    private void End(string reason)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        // What the server said before it closed tells more than how it closed.
        var told = _farewell ?? reason;
        if (Interlocked.Exchange(ref _verifying, null) is { } verifying)
        {
            _counters.Failed.Add(told);
            verifying.TrySetResult(false);
        }
        else
        {
            _counters.Close(told);
        }

        _socket.Dispose();
    }

    private bool TrySend(ReadOnlySpan<byte> frame)
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
}
