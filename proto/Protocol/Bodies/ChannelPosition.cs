using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>A place in a channel; inside of <see cref="Ack"/>. Ordered by <see cref="Epoch"/>, then by <see cref="Seq"/>.</summary>
public struct ChannelPosition : IBody<ChannelPosition>
{
    private static readonly FieldTable Table = new("channel", "epoch", "seq");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>One of <see cref="ChannelNames"/>.</summary>
    public string Channel { readonly get => field ?? ""; set; }

    /// <summary>The log epoch.</summary>
    public ulong Epoch { readonly get; set; }

    /// <summary>The sequence.</summary>
    public ulong Seq { readonly get; set; }

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                Channel = reader.ReadText(ChannelNames.Known);
                break;
            case 2:
                Epoch = reader.ReadUInt64();
                break;
            case 3:
                Seq = reader.ReadUInt64();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public readonly void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteText(1, Channel);
        writer.WriteUInt64(2, Epoch);
        writer.WriteUInt64(3, Seq);
    }
}
