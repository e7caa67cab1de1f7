using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 115: the session of a bound app has ended, asked for (8, 12) or not; the connection goes on. JSON always has <c>code</c>.</summary>
public sealed class Unbound : IBody<Unbound>, IRequest
{
    private static readonly FieldTable Table = new("app", "code", "reason", "message", "id");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>The app.</summary>
    public string App { get; set; } = "";

    /// <summary>Why: a code of kind close.</summary>
    public Code Code { get; set; }

    /// <summary>The name of the code.</summary>
    public string Reason { get; set; } = "";

    /// <summary>For people.</summary>
    public string Message { get; set; } = "";

    /// <summary>The id of the unbind; empty when none asked for it.</summary>
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
                Code = (Code)reader.ReadUInt32();
                break;
            case 3:
                Reason = reader.ReadText();
                break;
            case 4:
                Message = reader.ReadText();
                break;
            case 5:
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
        writer.WriteUInt32(2, (uint)Code, always: true);
        writer.WriteText(3, Reason);
        writer.WriteText(4, Message);
        writer.WriteText(5, Id);
    }
}
