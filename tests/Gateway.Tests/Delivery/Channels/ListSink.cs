using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery.Channels;

namespace Microservices.Gateway.Tests.Delivery.Channels;

/// <summary>Where a flow sends in tests.</summary>
internal sealed class Wire
{
    public List<(LogPosition Position, KeptContent Content)> Received { get; } = [];

    public IEnumerable<ulong> Seqs => Received.Select(static one => one.Position.Seq);

    public bool Acknowledges { get; init; } = true;

    public bool HasBacklog { get; set; }

    public SendOutcome Outcome { get; set; } = SendOutcome.Sent;

    public FlowLimits Limits { get; init; } = new(4, 1_000, 3, 1_000);

    public long NowMs { get; set; } = 1;

    public long NowUnixMs { get; set; } = 1_000;
}

internal readonly struct ListSink(Wire wire) : IFlowSink
{
    public bool Acknowledges => wire.Acknowledges;

    public bool HasBacklog => wire.HasBacklog;

    public FlowLimits Limits => wire.Limits;

    public long NowMs => wire.NowMs;

    public long NowUnixMs => wire.NowUnixMs;

    public SendOutcome Send(LogPosition position, KeptContent content)
    {
        if (wire.Outcome == SendOutcome.Sent)
        {
            wire.Received.Add((position, content));
        }

        return wire.Outcome;
    }
}

internal static class Contents
{
    public static KeptContent Of(int bytes = 10, long expiresUnixMs = 0) =>
        new("id", "default", Audience.One, notifyOnly: false, chat: null, new Push { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[bytes]) }, expiresUnixMs);
}
