using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Commands 102, 103 and 104: chat that arrives. JSON always has both fields.</summary>
public struct ChatDelivery : IBody<ChatDelivery>
{
    private static readonly FieldTable Table = new("chat_from", "chat_content");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>Who says it.</summary>
    public string ChatFrom { readonly get => field ?? ""; set; }

    /// <summary>What is said.</summary>
    public string ChatContent { readonly get => field ?? ""; set; }

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
    }
}
