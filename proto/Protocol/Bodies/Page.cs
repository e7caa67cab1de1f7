using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 113: a page of a channel, the answer to <see cref="Fetch"/>.</summary>
public sealed class Page : IBody<Page>
{
    private static readonly FieldTable Table = new("channel", "messages", "epoch", "seq", "more", "id", "app");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>One of <see cref="ChannelNames"/>.</summary>
    public string Channel { get; set; } = "";

    /// <summary>In the order of their positions.</summary>
    public IReadOnlyList<PushDelivery> Messages { get; set; } = [];

    /// <summary>The page covers the channel up to this position: what is not in it has expired or is gone.</summary>
    public ulong Epoch { get; set; }

    /// <summary>The page covers the channel up to this position: what is not in it has expired or is gone.</summary>
    public ulong Seq { get; set; }

    /// <summary>There is more behind it.</summary>
    public bool More { get; set; }

    /// <summary>The id of the request.</summary>
    public string Id { get; set; } = "";

    /// <summary>The bound app whose channel it is; empty = the app of the verify.</summary>
    public string App { get; set; } = "";

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
                Messages = reader.ReadBodies(Messages);
                break;
            case 3:
                Epoch = reader.ReadUInt64();
                break;
            case 4:
                Seq = reader.ReadUInt64();
                break;
            case 5:
                More = reader.ReadBoolean();
                break;
            case 6:
                Id = reader.ReadText();
                break;
            case 7:
                App = reader.ReadText();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteText(1, Channel);
        writer.WriteBodies(2, Messages);
        writer.WriteUInt64(3, Epoch);
        writer.WriteUInt64(4, Seq);
        writer.WriteBoolean(5, More);
        writer.WriteText(6, Id);
        writer.WriteText(7, App);
    }
}
