using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>
/// Commands 102, 103 and 104: chat that arrives. JSON always has <c>chat_from</c> and <c>chat_content</c>; clients that do not
/// acknowledge get nothing but these two.
/// </summary>
public struct ChatDelivery : IBody<ChatDelivery>
{
    private static readonly FieldTable Table = new("chat_from", "chat_content", "id", "channel", "epoch", "seq", "app");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>Who says it.</summary>
    public string ChatFrom { readonly get => field ?? ""; set; }

    /// <summary>What is said.</summary>
    public string ChatContent { readonly get => field ?? ""; set; }

    /// <summary>The name of a kept message; empty for what is not kept.</summary>
    public string Id { readonly get => field ?? ""; set; }

    /// <summary>The channel of a kept message; empty for what is not kept.</summary>
    public string Channel { readonly get => field ?? ""; set; }

    /// <summary>The log epoch of a kept message's position.</summary>
    public ulong Epoch { readonly get; set; }

    /// <summary>The sequence of a kept message's position.</summary>
    public ulong Seq { readonly get; set; }

    /// <summary>The bound app that it is of; empty = the app of the verify.</summary>
    public string App { readonly get => field ?? ""; set; }

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                ChatFrom = reader.ReadText();
                break;
            case 2:
                ChatContent = reader.ReadText();
                break;
            case 3:
                Id = reader.ReadText();
                break;
            case 4:
                Channel = reader.ReadText(ChannelNames.Known);
                break;
            case 5:
                Epoch = reader.ReadUInt64();
                break;
            case 6:
                Seq = reader.ReadUInt64();
                break;
            case 7:
                App = reader.ReadText();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public readonly void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteText(1, ChatFrom, always: true);
        writer.WriteText(2, ChatContent, always: true);
        writer.WriteText(3, Id);
        writer.WriteText(4, Channel);
        writer.WriteUInt64(5, Epoch);
        writer.WriteUInt64(6, Seq);
        writer.WriteText(7, App);
    }
}
