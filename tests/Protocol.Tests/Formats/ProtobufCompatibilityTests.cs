using Google.Protobuf;
using Microservices.Protocol.Bodies;
using Contract = Microservices.Contracts.Client;

namespace Microservices.Protocol.Tests.Formats;

/// <summary>Google's implementation of proto/client.proto and ours write and read the same bytes.</summary>
public sealed class ProtobufCompatibilityTests
{
    private static readonly byte[] UnknownFields =
    [
        0xF8, 0x07, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, // 127: a varint
        0xF9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8, // 127: 64 bits
        0xFA, 0x07, 2, 0xFF, 0x00, // 127: bytes
        0xFD, 0x07, 1, 2, 3, 4, // 127: 32 bits
    ];

    [Fact]
    public void Bodies_AgainstGoogleProtobuf_AreTheSameBytesBothWays()
    {
        Agree(Samples.Verify, Contract.Verify.Parser);
        Agree(Samples.VerifyResult, Contract.VerifyResult.Parser);
        Agree(Samples.Single, Contract.SingleChat.Parser);
        Agree(Samples.Group, Contract.GroupChat.Parser);
        Agree(Samples.Broadcast, Contract.BroadcastChat.Parser);
        Agree(Samples.Delivery, Contract.ChatDelivery.Parser);
        Agree(new Heartbeat { HeartbeatMs = 300_000, Network = "mobile" }, Contract.Heartbeat.Parser);
        Agree(new HeartbeatAck { ServerTimeMs = 1, HeartbeatMs = 2 }, Contract.HeartbeatAck.Parser);
        Agree(Samples.Push, Contract.PushDelivery.Parser);
        Agree(Samples.KeptDelivery, Contract.ChatDelivery.Parser);
        Agree(Samples.Notify, Contract.PushDelivery.Parser);
        Agree(Samples.Ack, Contract.Ack.Parser);
        Agree(new ChannelPosition { Channel = "inbox", Epoch = 1, Seq = ulong.MaxValue }, Contract.ChannelPosition.Parser);
        Agree(Samples.Fetch, Contract.Fetch.Parser);
        Agree(Samples.Page, Contract.Page.Parser);
        Agree(Samples.Directive, Contract.Directive.Parser);
        Agree(Samples.Error, Contract.Error.Parser);
        Agree(new Goodbye { Reason = "r", App = "shop" }, Contract.Goodbye.Parser);
        Agree(Samples.Bind, Contract.Bind.Parser);
        Agree(Samples.BindResult, Contract.BindResult.Parser);
        Agree(Samples.Unbind, Contract.Unbind.Parser);
        Agree(Samples.Unbound, Contract.Unbound.Parser);
        Agree(new Limits { MaxFrameBytes = uint.MaxValue, SilenceLimitMs = 128 }, Contract.Limits.Parser);
    }

    [Fact]
    public void Fields_AgainstTheSchema_HaveItsNumbersAndNames()
    {
        SameFields<Verify>(Contract.Verify.Descriptor);
        SameFields<VerifyResult>(Contract.VerifyResult.Descriptor);
        SameFields<Limits>(Contract.Limits.Descriptor);
        SameFields<SingleChat>(Contract.SingleChat.Descriptor);
        SameFields<GroupChat>(Contract.GroupChat.Descriptor);
        SameFields<BroadcastChat>(Contract.BroadcastChat.Descriptor);
        SameFields<ChatDelivery>(Contract.ChatDelivery.Descriptor);
        SameFields<Heartbeat>(Contract.Heartbeat.Descriptor);
        SameFields<HeartbeatAck>(Contract.HeartbeatAck.Descriptor);
        SameFields<PushDelivery>(Contract.PushDelivery.Descriptor);
        SameFields<Ack>(Contract.Ack.Descriptor);
        SameFields<ChannelPosition>(Contract.ChannelPosition.Descriptor);
        SameFields<Fetch>(Contract.Fetch.Descriptor);
        SameFields<Page>(Contract.Page.Descriptor);
        SameFields<Directive>(Contract.Directive.Descriptor);
        SameFields<Error>(Contract.Error.Descriptor);
        SameFields<Goodbye>(Contract.Goodbye.Descriptor);
        SameFields<Bind>(Contract.Bind.Descriptor);
        SameFields<BindResult>(Contract.BindResult.Descriptor);
        SameFields<Unbind>(Contract.Unbind.Descriptor);
        SameFields<Unbound>(Contract.Unbound.Descriptor);
        Assert.Equal(21, Contract.ClientReflection.Descriptor.MessageTypes.Count);
    }

    [Fact]
    public void Read_LongNestedBody_IsTheSame()
    {
        var result = new VerifyResult { Limits = new Limits(), Features = [new string('f', 300)], Session = new string('s', 20_000) };

        Agree(result, Contract.VerifyResult.Parser);
    }

    [Fact]
    public void Read_PageOfManyMessages_IsTheSame()
    {
        var page = new Page { Messages = [.. Enumerable.Range(0, 100).Select(i => new PushDelivery { Seq = (ulong)i, Payload = new byte[i * 7] })] };

        Agree(page, Contract.Page.Parser);
    }

    private static void Agree<TBody, TMessage>(TBody body, MessageParser<TMessage> parser)
        where TBody : IBody<TBody>, new()
        where TMessage : IMessage<TMessage>
    {
        var ours = Samples.Encode(body, 2);
        var google = parser.ParseFrom(ours);

        Assert.Equal(google.ToByteArray(), ours);
        Assert.Equal(ours, Samples.Encode(Samples.Decode<TBody>([.. UnknownFields, .. google.ToByteArray(), .. UnknownFields], 2), 2));
        Assert.Equal(0, google.Descriptor.Fields.InDeclarationOrder().Count(field => field.ContainingOneof is not null));
    }

    private static void SameFields<TBody>(Google.Protobuf.Reflection.MessageDescriptor message)
        where TBody : IBody<TBody>, new()
    {
        var fields = message.Fields.InFieldNumberOrder();

        Assert.Equal(fields.Select(field => field.Name), fields.Select(field => TBody.Fields.NameOf(field.FieldNumber).Value));
        Assert.False(TBody.Fields.Has(0));
        Assert.False(TBody.Fields.Has(fields.Count + 1));
    }
}
