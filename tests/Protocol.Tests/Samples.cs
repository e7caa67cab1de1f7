using System.Buffers;
using System.Text;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests;

/// <summary>Bodies with every field set, and short ways to write and read them.</summary>
internal static class Samples
{
    public static Verify Verify => new()
    {
        PhoneNumber = "13800138000",
        User = "ann",
        Token = "secret",
        App = "default",
        Device = "phone-1",
        Network = "wifi",
        HeartbeatMs = 10_000,
        Resume = "ticket",
        Sdk = "test/1",
        Features = ["heartbeat_ack", "later"],
        Id = "v1",
    };

    public static Bind Bind => new()
    {
        App = "shop",
        User = "ann",
        Token = "secret",
        Device = "phone-1",
        Resume = "ticket",
        Features = ["ack", "later"],
        Id = "b1",
    };

    public static BindResult BindResult => new()
    {
        Code = 1,
        Reason = "overloaded",
        App = "shop",
        Session = "00000000000000aa-2",
        Resume = "ticket",
        Resumed = true,
        Features = ["ack"],
        Id = "b1",
        RetryAfterMs = 5,
        Message = "later",
    };

    public static Unbind Unbind => new() { App = "shop", Id = "u1" };

    public static Unbound Unbound => new() { App = "shop", Code = Code.Displaced, Reason = "displaced", Message = "elsewhere", Id = "u1" };

    public static VerifyResult VerifyResult => new()
    {
        Code = 1,
        Reason = "overloaded",
        Session = "00000000000000aa-1",
        HeartbeatMs = 60_000,
        Resume = "ticket",
        ServerTimeMs = 1_700_000_000_000,
        Limits = new Limits { MaxFrameBytes = 65_536, SilenceLimitMs = 150_000 },
        Features = ["heartbeat_ack"],
        Id = "v1",
        RetryAfterMs = 5,
    };

    public static PushDelivery Push => new()
    {
        Id = "0001-x",
        App = "shop",
        Channel = "inbox",
        Epoch = ulong.MaxValue,
        Seq = 7,
        Payload = "{\"n\":1}"u8.ToArray(),
        ContentType = "application/json",
        Expires = -1,
        Type = "order",
    };

    public static PushDelivery Notify => new()
    {
        Id = "0001-y",
        App = "shop",
        Channel = "all",
        Epoch = 1_700_000_000_000_000,
        Seq = 8,
        ContentType = "text/plain",
        Notify = true,
        Size = 70_000,
    };

    public static Ack Ack => new()
    {
        Positions =
        [
            new ChannelPosition { Channel = "inbox", Epoch = 1_700_000_000_000_000, Seq = 7 },
            new ChannelPosition { Channel = "all", Epoch = ulong.MaxValue, Seq = 300 },
        ],
        Id = "a1",
    };

    public static Fetch Fetch => new() { Channel = "inbox", Epoch = 1_700_000_000_000_000, Seq = 6, Limit = 100, Id = "f1" };

    public static Page Page => new()
    {
        Channel = "inbox",
        Messages = [Push, new PushDelivery { Id = "0001-z", Channel = "later", Seq = 1, Payload = new byte[] { 0xFF } }],
        Epoch = 1_700_000_000_000_000,
        Seq = 9,
        More = true,
        Id = "f1",
    };

    public static Directive Directive => new()
    {
        Action = DirectiveAction.Reconnect,
        Code = Code.GoingAway,
        Reason = "going_away",
        Message = "The gateway drains.",
        AfterMs = 3000,
        Addresses = ["a:1", "b:2"],
    };

    public static Error Error => new()
    {
        Command = Command.SingleChat,
        Id = "m1",
        Code = Code.UnsupportedVersion,
        Reason = "unsupported_version",
        Message = "Version 3.",
        MinVersion = 2,
        MaxVersion = 2,
        RetryAfterMs = 9,
    };

    public static SingleChat Single => new() { ChatFrom = "ann", ChatTo = "bob", ChatContent = "你好 😀 <b>\"quoted\"</b>", Id = "m1" };

    public static GroupChat Group => new() { ChatFrom = "ann", ChatTo = ["bob", "cid"], ChatContent = "hi", Id = "m2" };

    public static BroadcastChat Broadcast => new() { ChatFrom = "ann", ChatContent = "hi", Id = "m3" };

    public static ChatDelivery Delivery => new() { ChatFrom = "ann", ChatContent = "你好" };

    public static ChatDelivery KeptDelivery => new()
    {
        ChatFrom = "ann",
        ChatContent = "hi",
        Id = "0001-x",
        Channel = "inbox",
        Epoch = 1_700_000_000_000_000,
        Seq = 7,
    };

    /// <summary>The body as it travels in <paramref name="version"/>.</summary>
    public static byte[] Encode<TBody>(TBody body, uint version)
        where TBody : IBody<TBody>, new() =>
        FrameWriter.ToArray(version, Command.None, in body)[Frame.HeaderBytes..];

    public static string Json<TBody>(TBody body)
        where TBody : IBody<TBody>, new() =>
        Encoding.UTF8.GetString(Encode(body, 1));

    public static TBody Decode<TBody>(byte[] body, uint version, Command command = Command.None)
        where TBody : IBody<TBody>, new() =>
        FrameBody.Read<TBody>(new FrameHeader((uint)body.Length + 12, version, command), new ReadOnlySequence<byte>(body));

    public static TBody FromJson<TBody>(string json, Command command = Command.None)
        where TBody : IBody<TBody>, new() =>
        Decode<TBody>(Encoding.UTF8.GetBytes(json), 0, command);
}
