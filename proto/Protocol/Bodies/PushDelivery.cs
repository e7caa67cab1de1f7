using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 106: a push from an internal app.</summary>
public sealed class PushDelivery : IBody<PushDelivery>
{
    private static readonly FieldTable Table = new(
        "id", "app", "channel", "epoch", "seq", "payload", "content_type", "expires", "type", "notify", "size")
    {
        BytesField = 6,
    };

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>The message's name.</summary>
    public string Id { get; set; } = "";

    /// <summary>The app that it comes from.</summary>
    public string App { get; set; } = "";

    /// <summary>The channel of a kept message; empty for QoS 0.</summary>
    public string Channel { get; set; } = "";

    /// <summary>The log epoch of a kept message's position.</summary>
    public ulong Epoch { get; set; }

    /// <summary>The sequence of a kept message's position.</summary>
    public ulong Seq { get; set; }

    /// <summary>What is pushed.</summary>
    public ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>What <see cref="Payload"/> is: a media type.</summary>
    public string ContentType { get; set; } = "";

    /// <summary>When it expires, Unix ms; 0 = it does not.</summary>
    public long Expires { get; set; }

    /// <summary>The app's own name for the kind of message.</summary>
    public string Type { get; set; } = "";

    /// <summary>The payload waits in the log: it is to be fetched (<see cref="Fetch"/>).</summary>
    public bool Notify { get; set; }

    /// <summary>With <see cref="Notify"/>: how long the payload is, bytes.</summary>
    public uint Size { get; set; }

    private bool IsText =>
        ContentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || ContentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
        || ContentType.Contains("+json", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                Id = reader.ReadText();
                break;
            case 2:
                App = reader.ReadText();
                break;
            case 3:
                Channel = reader.ReadText(ChannelNames.Known);
                break;
            case 4:
                Epoch = reader.ReadUInt64();
                break;
            case 5:
                Seq = reader.ReadUInt64();
                break;
            case 6:
                Payload = reader.ReadBytes();
                break;
            case 7:
                ContentType = reader.ReadText();
                break;
            case 8:
                Expires = reader.ReadInt64();
                break;
            case 9:
                Type = reader.ReadText();
                break;
            case 10:
                Notify = reader.ReadBoolean();
                break;
            case 11:
                Size = reader.ReadUInt32();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteText(1, Id);
        writer.WriteText(2, App);
        writer.WriteText(3, Channel);
        writer.WriteUInt64(4, Epoch);
        writer.WriteUInt64(5, Seq);
        if (!Notify || !Payload.IsEmpty)
        {
            writer.WriteBytes(6, Payload.Span, IsText);
        }

        writer.WriteText(7, ContentType);
        writer.WriteInt64(8, Expires);
        writer.WriteText(9, Type);
        writer.WriteBoolean(10, Notify);
        writer.WriteUInt32(11, Size);
    }
}
