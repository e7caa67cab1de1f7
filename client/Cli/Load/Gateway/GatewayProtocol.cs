using System.Buffers;
using System.Buffers.Binary;
using Microservices.Cli.Load.Engine;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Cli.Load.Gateway;

/// <summary>The client protocol as the connections of a run speak it: version 2, one login each, whatever transport lies below. One instance for each loop.</summary>
internal sealed class GatewayProtocol(GatewayLogins logins) : ILoadProtocol
{
    private const uint MaxFrameBytes = 1024 * 1024;
    private const int PushChannelField = 3;
    private const int ChatChannelField = 4;

    private readonly Ack _ack = new();
    private readonly List<ChannelPosition> _positions = [];

    public void Open(LoadConnection connection)
    {
        var state = (GatewayState)(connection.State ??= new GatewayState());
        (state.BeatAt, state.Inbox.IsNew, state.All.IsNew) = (0, false, false);
        var scratch = connection.Scratch.Begin();
        FrameWriter.Write(scratch, ProtocolVersion.Current, Command.Verify, logins.VerifyOf(connection.Index, state.Resume));

        // A ticket is good once.
        state.Resume = "";
        connection.Send(scratch.Written);
    }

    public int Receive(LoadConnection connection, ReadOnlySpan<byte> bytes)
    {
        var state = (GatewayState)connection.State!;
        var consumed = 0;
        while (bytes.Length - consumed >= Frame.HeaderBytes)
        {
            var rest = bytes[consumed..];
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length is < Frame.HeaderBytes or > MaxFrameBytes)
            {
                connection.Fail($"not understood: {CodeTable.NameOf(length < Frame.HeaderBytes ? Code.FrameTooShort : Code.FrameTooLarge)}");
                return bytes.Length;
            }

            if (length > rest.Length)
            {
                break;
            }

            Take(connection, state, rest[..(int)length]);
            if (connection.Phase == LoadPhase.Ended)
            {
                return bytes.Length;
            }

            consumed += (int)length;
        }

        Acknowledge(connection, state);
        return consumed;
    }

    public void Beat(LoadConnection connection)
    {
        if (connection.IsBehind || !connection.Send(FixedFrames.Heartbeat.Span))
        {
            connection.Counters.HeartbeatsHeldBack++;
            return;
        }

        connection.Counters.Heartbeats++;
        if (logins.WantsHeartbeatAcks && connection.State is GatewayState { BeatAt: 0 } state)
        {
            // Of several that wait for their answers the first counts.
            state.BeatAt = LoadLoop.Now;
        }
    }

    public void Leave(LoadConnection connection) => connection.Send(FixedFrames.Goodbye.Span);

    private void Take(LoadConnection connection, GatewayState state, ReadOnlySpan<byte> frame)
    {
        var counters = connection.Counters;
        switch ((Command)BinaryPrimitives.ReadUInt32BigEndian(frame[8..]))
        {
            case Command.Push:
                counters.Pushes++;
                connection.Delivered(frame);
                Keep(counters, state, frame, PushChannelField);
                break;
            case Command.SingleChatDelivery or Command.GroupChatDelivery or Command.BroadcastChatDelivery:
                counters.Chats++;
                connection.Delivered(frame);
                Keep(counters, state, frame, ChatChannelField);
                break;
            case Command.HeartbeatAck:
                Answered(connection, state);
                break;
            default:
                TakeRare(connection, state, frame);
                break;
        }
    }

    private static void Answered(LoadConnection connection, GatewayState state)
    {
        var counters = connection.Counters;
        counters.HeartbeatAcks++;
        if (state.BeatAt != 0 && counters.IsRecording && !connection.IsSlow)
        {
            counters.HeartbeatRoundTrip.Record(LoadLoop.Now - state.BeatAt);
        }

        state.BeatAt = 0;
    }

    private void TakeRare(LoadConnection connection, GatewayState state, ReadOnlySpan<byte> frame)
    {
        var header = FrameHeader.Read(frame);
        var body = new ReadOnlySequence<byte>(frame[Frame.HeaderBytes..].ToArray());
        try
        {
            switch (header.Command)
            {
                case Command.VerifyResult:
                    logins.Judge(connection, state, FrameBody.Read<VerifyResult>(header, body));
                    break;
                case Command.Error:
                    var error = FrameBody.Read<Error>(header, body);
                    connection.Counters.Errors.Add(error.Reason);
                    Told(connection, error.Code, error.Reason, error.RetryAfterMs);
                    break;
                case Command.Directive:
                    var directive = FrameBody.Read<Directive>(header, body);
                    connection.Counters.Directives++;
                    Told(connection, directive.Code, directive.Reason, directive.AfterMs);
                    break;
                default:
                    connection.Counters.OtherFrames++;
                    break;
            }
        }
        catch (ProtocolException fault)
        {
            connection.Fail($"not understood: {CodeTable.NameOf(fault.Code)}");
        }
    }

    private static void Told(LoadConnection connection, Code code, string reason, uint retryAfterMs)
    {
        connection.Farewell = reason;
        connection.IsRefused = CodeTable.ActionOf(code) == ClientAction.Stop;
        connection.RetryAfter = retryAfterMs > 0 ? TimeSpan.FromMilliseconds(retryAfterMs) : null;
    }

    private static void Keep(LoadCounters counters, GatewayState state, ReadOnlySpan<byte> frame, int channelField)
    {
        if (!state.Acknowledges || !KeptFields.TryRead(frame[Frame.HeaderBytes..], channelField, out var channel, out var position))
        {
            return;
        }

        counters.Kept++;
        if (channel.SequenceEqual("inbox"u8))
        {
            state.Inbox = position;
        }
        else if (channel.SequenceEqual("all"u8))
        {
            state.All = position;
        }
    }

    // What the socket does not take now goes with the next.
    private void Acknowledge(LoadConnection connection, GatewayState state)
    {
        if ((!state.Inbox.IsNew && !state.All.IsNew) || connection.IsBehind)
        {
            return;
        }

        _positions.Clear();
        Add(ChannelNames.Inbox, state.Inbox);
        Add(ChannelNames.All, state.All);
        _ack.Positions = _positions;
        var scratch = connection.Scratch.Begin();
        FrameWriter.Write(scratch, ProtocolVersion.Current, Command.Ack, _ack);
        if (connection.Send(scratch.Written))
        {
            connection.Counters.Acks++;
            (state.Inbox.IsNew, state.All.IsNew) = (false, false);
        }
    }

    private void Add(string channel, GatewayPosition position)
    {
        if (position.IsNew)
        {
            _positions.Add(new ChannelPosition { Channel = channel, Epoch = position.Epoch, Seq = position.Seq });
        }
    }
}
