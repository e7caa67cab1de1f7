using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 8: the client has done with a bound app; the connection and its other sessions go on.</summary>
public sealed class Unbind : IBody<Unbind>, IRequest
{
    private static readonly FieldTable Table = new("app", "id");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>The app.</summary>
    public string App { get; set; } = "";

    /// <summary>The client's own name for the request, echoed in its result and error.</summary>
    public string Id { get; set; } = "";

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                App = reader.ReadText();
                break;
            case 2:
                Id = reader.ReadText();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteText(1, App);
        writer.WriteText(2, Id);
    }
}
