using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 5. Usually without a body.</summary>
public struct Heartbeat : IBody<Heartbeat>
{
    private static readonly FieldTable Table = new("heartbeat_ms", "network");
    private static readonly string[] UsualNetworks = ["wifi", "mobile", "ethernet"];

    private string? _network;

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>The heartbeat interval that the client proposes from now on, ms; 0 = as it is.</summary>
    public uint HeartbeatMs { get; set; }

    /// <summary>wifi, mobile, ethernet, …</summary>
    public string Network
    {
        readonly get => _network ?? "";
        set => _network = value;
    }

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                HeartbeatMs = reader.ReadUInt32();
                break;
            case 2:
                Network = reader.ReadText(UsualNetworks);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public readonly void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteUInt32(1, HeartbeatMs);
        writer.WriteText(2, Network);
    }
}
