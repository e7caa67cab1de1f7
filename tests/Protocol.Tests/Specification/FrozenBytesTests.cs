using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests.Specification;

/// <summary>
/// The wire form is frozen: clients that nobody can update speak it. A failure here means that a released client would break; a new
/// field at the end of a body is a new line in frozen.txt, never a changed one.
/// </summary>
public sealed class FrozenBytesTests
{
    public static TheoryData<string, uint, string> Lines =>
        [.. File.ReadLines(Document.PathOf("frozen.txt")).Where(line => !line.StartsWith('#')).Select(line => line.Split(' ')).Select(parts =>
            new TheoryDataRow<string, uint, string>(parts[0], uint.Parse(parts[1]), parts[2]))];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Write_Sample_GivesTheFrozenBytes(string name, uint version, string hex) => Assert.Equal(hex, Write(name, version));

    [Theory]
    [MemberData(nameof(Lines))]
    public void Read_FrozenBytes_GivesTheSample(string name, uint version, string hex) =>
        Assert.Equal(Write(name, 1), Convert.ToHexString(ReadAndWrite(name, version, Convert.FromHexString(hex))));

    private static string Write(string name, uint version) => Convert.ToHexString(name switch
    {
        "heartbeat" => FrameWriter.ToArray(version, Command.Heartbeat),
        "verify" => FrameWriter.ToArray(version, Command.Verify, Samples.Verify),
        "verify_result" => FrameWriter.ToArray(version, Command.VerifyResult, Samples.VerifyResult),
        "verify_result_resumed" => FrameWriter.ToArray(version, Command.VerifyResult, new VerifyResult { Code = 1, Resume = "ticket", Resumed = true }),
        "verify_result_token" => FrameWriter.ToArray(version, Command.VerifyResult, new VerifyResult { Code = 1, Resume = "ticket", TokenExpiresMs = 600_000 }),
        "single_chat" => FrameWriter.ToArray(version, Command.SingleChat, Samples.Single),
        "group_chat" => FrameWriter.ToArray(version, Command.GroupChat, Samples.Group),
        "broadcast_chat" => FrameWriter.ToArray(version, Command.BroadcastChat, Samples.Broadcast),
        "chat_delivery" => FrameWriter.ToArray(version, Command.GroupChatDelivery, Samples.Delivery),
        "heartbeat_ack" => FrameWriter.ToArray(version, Command.HeartbeatAck, new HeartbeatAck { ServerTimeMs = 1_700_000_000_000 }),
        "heartbeat_hints" => FrameWriter.ToArray(version, Command.Heartbeat, new Heartbeat { HeartbeatMs = 300_000, Network = "mobile" }),
        "heartbeat_ack_interval" => FrameWriter.ToArray(version, Command.HeartbeatAck, new HeartbeatAck { ServerTimeMs = 1_700_000_000_000, HeartbeatMs = 60_000 }),
        "push" => FrameWriter.ToArray(version, Command.Push, Samples.Push),
        "chat_delivery_kept" => FrameWriter.ToArray(version, Command.SingleChatDelivery, Samples.KeptDelivery),
        "push_notify" => FrameWriter.ToArray(version, Command.Push, Samples.Notify),
        "ack" => FrameWriter.ToArray(version, Command.Ack, Samples.Ack),
        "fetch" => FrameWriter.ToArray(version, Command.Fetch, Samples.Fetch),
        "page" => FrameWriter.ToArray(version, Command.Page, Samples.Page),
        "directive" => FrameWriter.ToArray(version, Command.Directive, Samples.Directive),
        "error" => FrameWriter.ToArray(version, Command.Error, Samples.Error),
        "goodbye" => FrameWriter.ToArray(version, Command.Goodbye, new Goodbye { Reason = "closed" }),
        "bind" => FrameWriter.ToArray(version, Command.Bind, Samples.Bind),
        "bind_result" => FrameWriter.ToArray(version, Command.BindResult, Samples.BindResult),
        "bind_result_token" => FrameWriter.ToArray(version, Command.BindResult, new BindResult { Code = 1, App = "shop", TokenExpiresMs = 60_000 }),
        "unbind" => FrameWriter.ToArray(version, Command.Unbind, Samples.Unbind),
        "unbound" => FrameWriter.ToArray(version, Command.Unbound, Samples.Unbound),
        "ack_of_app" => FrameWriter.ToArray(version, Command.Ack, new Ack { Positions = [new ChannelPosition { Channel = "inbox", Epoch = 1_700_000_000_000_000, Seq = 42 }], App = "shop" }),
        "fetch_of_app" => FrameWriter.ToArray(version, Command.Fetch, new Fetch { Channel = "inbox", Seq = 7, App = "shop" }),
        "page_of_app" => FrameWriter.ToArray(version, Command.Page, new Page { Channel = "inbox", Seq = 7, App = "shop" }),
        "single_chat_of_app" => FrameWriter.ToArray(version, Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "hi", App = "shop" }),
        "group_chat_of_app" => FrameWriter.ToArray(version, Command.GroupChat, new GroupChat { ChatTo = ["bob"], ChatContent = "hi", App = "shop" }),
        "broadcast_chat_of_app" => FrameWriter.ToArray(version, Command.BroadcastChat, new BroadcastChat { ChatContent = "hi", App = "shop" }),
        "chat_delivery_of_app" => FrameWriter.ToArray(version, Command.GroupChatDelivery, new ChatDelivery { ChatFrom = "ann", ChatContent = "hi", App = "shop" }),
        "error_of_app" => FrameWriter.ToArray(version, Command.Error, new Error { Command = Command.Ack, Code = Code.NotBound, Reason = "not_bound", App = "shop" }),
        "goodbye_of_app" => FrameWriter.ToArray(version, Command.Goodbye, new Goodbye { App = "shop" }),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such sample."),
    });

    private static byte[] ReadAndWrite(string name, uint version, byte[] frame) => name switch
    {
        "heartbeat" => FrameWriter.ToArray(1, FrameHeader.Read(frame).Command),
        "verify" => Rewrite<Verify>(frame, version),
        "verify_result" => Rewrite<VerifyResult>(frame, version),
        "verify_result_resumed" or "verify_result_token" => Rewrite<VerifyResult>(frame, version),
        "single_chat" => Rewrite<SingleChat>(frame, version),
        "group_chat" => Rewrite<GroupChat>(frame, version),
        "broadcast_chat" => Rewrite<BroadcastChat>(frame, version),
        "chat_delivery" or "chat_delivery_kept" => Rewrite<ChatDelivery>(frame, version),
        "heartbeat_hints" => Rewrite<Heartbeat>(frame, version),
        "heartbeat_ack" or "heartbeat_ack_interval" => Rewrite<HeartbeatAck>(frame, version),
        "push" or "push_notify" => Rewrite<PushDelivery>(frame, version),
        "ack" => Rewrite<Ack>(frame, version),
        "fetch" => Rewrite<Fetch>(frame, version),
        "page" => Rewrite<Page>(frame, version),
        "directive" => Rewrite<Directive>(frame, version),
        "error" => Rewrite<Error>(frame, version),
        "bind" => Rewrite<Bind>(frame, version),
        "bind_result" or "bind_result_token" => Rewrite<BindResult>(frame, version),
        "unbind" => Rewrite<Unbind>(frame, version),
        "unbound" => Rewrite<Unbound>(frame, version),
        "ack_of_app" => Rewrite<Ack>(frame, version),
        "fetch_of_app" => Rewrite<Fetch>(frame, version),
        "page_of_app" => Rewrite<Page>(frame, version),
        "single_chat_of_app" => Rewrite<SingleChat>(frame, version),
        "group_chat_of_app" => Rewrite<GroupChat>(frame, version),
        "broadcast_chat_of_app" => Rewrite<BroadcastChat>(frame, version),
        "chat_delivery_of_app" => Rewrite<ChatDelivery>(frame, version),
        "error_of_app" => Rewrite<Error>(frame, version),
        "goodbye_of_app" => Rewrite<Goodbye>(frame, version),
        _ => Rewrite<Goodbye>(frame, version),
    };

    private static byte[] Rewrite<TBody>(byte[] frame, uint version)
        where TBody : IBody<TBody>, new() =>
        FrameWriter.ToArray(1, FrameHeader.Read(frame).Command, Samples.Decode<TBody>(frame[Frame.HeaderBytes..], version));
}
