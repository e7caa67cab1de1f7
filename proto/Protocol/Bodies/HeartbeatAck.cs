using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 105: the answer to a heartbeat.</summary>
public struct HeartbeatAck : IBody<HeartbeatAck>
{
    private static readonly FieldTable Table = new("server_time_ms", "heartbeat_ms");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>The time of the server, Unix ms.</summary>
    public long ServerTimeMs { get; set; }

    /// <summary>The heartbeat interval that holds, ms; 0 = the server is older than this field.</summary>
    public uint HeartbeatMs { get; set; }

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                ServerTimeMs = reader.ReadInt64();
                break;
            case 2:
                HeartbeatMs = reader.ReadUInt32();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public readonly void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteInt64(1, ServerTimeMs);
        writer.WriteUInt32(2, HeartbeatMs);
    }
}
