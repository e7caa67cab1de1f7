using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 13: read a channel behind a position; answered with <see cref="Page"/>.</summary>
public sealed class Fetch : IBody<Fetch>, IRequest
{
    /// <summary>The most messages that a page may have.</summary>
    public const uint MaxLimit = 100;

    /// <summary>How many messages a page has at most when <see cref="Limit"/> is 0.</summary>
    public const uint DefaultLimit = 20;

    private static readonly FieldTable Table = new("channel", "epoch", "seq", "limit", "id", "app");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>One of <see cref="ChannelNames"/>.</summary>
    public string Channel { get; set; } = "";

    /// <summary>The page begins behind this position; 0, 0 = at the beginning.</summary>
    public ulong Epoch { get; set; }

    /// <summary>The page begins behind this position; 0, 0 = at the beginning.</summary>
    public ulong Seq { get; set; }

    /// <summary>How many messages at most: 1 to <see cref="MaxLimit"/>; 0 = <see cref="DefaultLimit"/>.</summary>
    public uint Limit { get; set; }

    /// <summary>The client's own name for the request, echoed in its page and error.</summary>
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
                Epoch = reader.ReadUInt64();
                break;
            case 3:
                Seq = reader.ReadUInt64();
                break;
            case 4:
                Limit = reader.ReadUInt32();
                break;
            case 5:
                Id = reader.ReadText();
                break;
            case 6:
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
        writer.WriteUInt64(2, Epoch);
        writer.WriteUInt64(3, Seq);
        writer.WriteUInt32(4, Limit);
        writer.WriteText(5, Id);
        writer.WriteText(6, App);
    }
}
