using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 12: the client leaves on purpose.</summary>
public sealed class Goodbye : IBody<Goodbye>
{
    private static readonly FieldTable Table = new("reason", "app");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>For people.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The bound app that the client leaves; empty = all of them, with the connection.</summary>
    public string App { get; set; } = "";

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                Reason = reader.ReadText();
                break;
            case 2:
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
        writer.WriteText(1, Reason);
        writer.WriteText(2, App);
    }
}
