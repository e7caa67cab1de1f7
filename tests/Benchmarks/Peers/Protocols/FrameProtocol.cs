using System.Buffers;
using Microservices.Cli.Load.Engine;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Benchmarks.Peers.Protocols;

/// <summary>Our own frames, on any transport.</summary>
/// <param name="verify">What a client says first, by its number.</param>
internal sealed class FrameProtocol(Func<int, Verify> verify) : ILoadProtocol
{
    private const uint MaxFrameBytes = 65_536;

    /// <summary>A login; clients of even numbers ask for answers to their heartbeats.</summary>
    public static Verify Login(string user, string token, int index) => new()
    {
        User = user,
        Token = token,
        Sdk = "benchmark",
        Features = index % 2 == 0 ? [Features.HeartbeatAck] : [],
    };

    public void Open(LoadConnection connection) =>
        connection.Send(FrameWriter.ToArray(ProtocolVersion.Current, Command.Verify, verify(connection.Index)));

    public int Receive(LoadConnection connection, ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        while (bytes.Length - done >= Frame.HeaderBytes)
        {
            var header = FrameHeader.Read(bytes[done..]);
            if (header.Length is < Frame.HeaderBytes or > MaxFrameBytes)
            {
                connection.Fail("not understood");
                return bytes.Length;
            }

            if (bytes.Length - done < header.Length)
            {
                break;
            }

            Take(connection, header, bytes.Slice(done, (int)header.Length));
            done += (int)header.Length;
        }

        return done;
    }

    public void Beat(LoadConnection connection)
    {
        if (connection.Send(FixedFrames.Heartbeat.Span))
        {
            connection.Counters.Heartbeats++;
        }
    }

    public void Leave(LoadConnection connection) => connection.Send(FixedFrames.Goodbye.Span);

    private static void Take(LoadConnection connection, FrameHeader header, ReadOnlySpan<byte> frame)
    {
        switch (header.Command)
        {
            case Command.Push:
                connection.Delivered(frame);
                break;
            case Command.HeartbeatAck:
                connection.Counters.HeartbeatAcks++;
                break;
            case Command.VerifyResult:
                var result = Body<VerifyResult>(header, frame);
                if (result.Code == 1)
                {
                    connection.Ready();
                }
                else
                {
                    connection.Fail(result.Reason);
                }

                break;
            case Command.Error:
                connection.Fail(Body<Error>(header, frame).Reason);
                break;
            case Command.Directive:
                connection.Fail(Body<Directive>(header, frame).Reason);
                break;
        }
    }

    private static TBody Body<TBody>(FrameHeader header, ReadOnlySpan<byte> frame)
        where TBody : IBody<TBody>, new() => FrameBody.Read<TBody>(header, new ReadOnlySequence<byte>(frame[Frame.HeaderBytes..].ToArray()));
}
