using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>What holds on a connection; inside of <see cref="VerifyResult"/>.</summary>
public sealed class Limits : IBody<Limits>
{
    private static readonly FieldTable Table = new("max_frame_bytes", "silence_limit_ms");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>The longest frame that the server takes, bytes with the header.</summary>
    public uint MaxFrameBytes { get; set; }

    /// <summary>A client that is silent for longer is cut, ms.</summary>
    public uint SilenceLimitMs { get; set; }

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                MaxFrameBytes = reader.ReadUInt32();
                break;
            case 2:
                SilenceLimitMs = reader.ReadUInt32();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteUInt32(1, MaxFrameBytes);
        writer.WriteUInt32(2, SilenceLimitMs);
    }
}
