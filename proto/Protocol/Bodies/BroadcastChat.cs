using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 4: chat to everybody.</summary>
public sealed class BroadcastChat : IBody<BroadcastChat>, IRequest
{
    private static readonly FieldTable Table = new("chat_from", "chat_content", "id", "app");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>Not trusted: the verified user takes its place.</summary>
    public string ChatFrom { get; set; } = "";

    /// <summary>What is said.</summary>
    public string ChatContent { get; set; } = "";

    /// <summary>The client's own name for the request, echoed in its result and error.</summary>
    public string Id { get; set; } = "";

    /// <summary>The bound app that it is of; empty = the app of the verify.</summary>
    public string App { get; set; } = "";

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
        writer.WriteText(1, ChatFrom);
        writer.WriteText(2, ChatContent);
        writer.WriteText(3, Id);
        writer.WriteText(4, App);
    }
}
