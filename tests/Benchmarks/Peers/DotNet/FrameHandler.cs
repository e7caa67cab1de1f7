using System.Buffers;
using System.Buffers.Binary;
using Microsoft.AspNetCore.Connections;

namespace Microservices.Benchmarks.Peers;

/// <summary>Reads frames: verify (1), heartbeat (5), control (900), as <c>epoll_peer.c</c> says.</summary>
internal sealed class FrameHandler(Everybody everybody) : ConnectionHandler
{
    public const uint Control = 900;

    private const uint MaxFrameBytes = 65_536;
    private static readonly byte[] Verified = [0, 0, 0, 14, 0, 0, 0, 2, 0, 0, 0, 101, 8, 1];
    private static readonly byte[] Beaten = [0, 0, 0, 12, 0, 0, 0, 2, 0, 0, 0, 105];

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var own = new FrameConnection(connection.Transport.Output);
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync();
                var rest = read.Buffer;
                while (TryRead(ref rest, out var command, out var body))
                {
                    await TakeAsync(own, command, body);
                }

                connection.Transport.Input.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException)
        {
            // The client is gone, or speaks something else.
        }
        finally
        {
            everybody.Remove(own);
        }
    }

    private static bool TryRead(ref ReadOnlySequence<byte> bytes, out uint command, out ReadOnlySequence<byte> body)
    {
        (command, body) = (0, default);
        if (bytes.Length < FrameConnection.HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[FrameConnection.HeaderBytes];
        bytes.Slice(0, header.Length).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length is < FrameConnection.HeaderBytes or > MaxFrameBytes)
        {
            throw new InvalidDataException($"Frame of {length} bytes; the limit is {MaxFrameBytes}.");
        }

        if (bytes.Length < length)
        {
            return false;
        }

        command = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        body = bytes.Slice(header.Length, length - header.Length);
        bytes = bytes.Slice(length);
        return true;
    }

    private async ValueTask TakeAsync(FrameConnection own, uint command, ReadOnlySequence<byte> body)
    {
        switch (command)
        {
            case 1:
                own.Answers = body.ToArray().AsSpan().IndexOf("heartbeat_ack"u8) >= 0;
                everybody.Add(own);
                await own.SendAsync(Verified);
                break;
            case 5 when own.Answers:
                await own.SendAsync(Beaten);
                break;
            case Control when body.Length >= sizeof(uint):
                var bytes = body.ToArray();
                await own.SendAsync(Everybody.Waited(await everybody.SendAsync(bytes.AsMemory(sizeof(uint)), BinaryPrimitives.ReadUInt32BigEndian(bytes))));
                break;
        }
    }
}
