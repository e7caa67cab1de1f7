using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 6: everything of these channels up to these positions is done with. There is no answer unless one is refused.</summary>
public sealed class Ack : IBody<Ack>, IRequest
{
    /// <summary>The most positions that one may have.</summary>
    public const int MaxPositions = 16;

    private static readonly FieldTable Table = new("positions", "id", "app");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>At most <see cref="MaxPositions"/>; more are not malformed but refused.</summary>
    public IReadOnlyList<ChannelPosition> Positions { get; set; } = [];

    /// <summary>The client's own name for the request, echoed in its error.</summary>
    public string Id { get; set; } = "";

    /// <summary>The bound app whose channels these are; empty = the app of the verify.</summary>
    public string App { get; set; } = "";

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                Positions = reader.ReadBodies(Positions);
                break;
            case 2:
                Id = reader.ReadText();
                break;
            case 3:
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
        writer.WriteBodies(1, Positions);
        writer.WriteText(2, Id);
        writer.WriteText(3, App);
    }
}
