using Grpc.Core;
using Microservices.Contracts.Register;

namespace Microservices.Gateway.Tests.Running;

/// <summary>The gRPC service of channels, on logs that the test holds in its hand.</summary>
internal sealed class ChannelsFake(FakeLogs logs) : Contracts.Register.Channels.ChannelsBase
{
    public override async Task<OpenReply> Open(OpenRequest request, ServerCallContext context)
    {
        logs.Opens.Enqueue(request);
        if (logs.OnOpen is { } hook)
        {
            await hook(request);
        }

        return new OpenReply { Readers = { request.Readers.Select(reader => logs.Open(reader, (int)request.MaxMessages)) } };
    }

    public override async Task<ReadReply> Read(ReadRequest request, ServerCallContext context)
    {
        logs.Reads.Enqueue(request);
        if (logs.OnRead is { } hook)
        {
            await hook(request);
        }

        return new ReadReply { Pages = { request.Channels.Select(channel => logs.Read(channel.App, channel.User, channel.After, (int)request.MaxMessages)) } };
    }

    public override async Task<AckReply> Ack(AckRequest request, ServerCallContext context)
    {
        logs.Acks.Enqueue(request);
        if (logs.OnAck is { } hook)
        {
            await hook(request);
        }

        return new AckReply { Outcomes = { request.Acks.Select(logs.Acknowledge) } };
    }
}
