using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 107: what the client is to do.</summary>
public sealed class Directive : IBody<Directive>
{
    private static readonly FieldTable Table = new("action", "code", "reason", "message", "after_ms", "addresses");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary><see cref="DirectiveAction"/>.</summary>
    public string Action { get; set; } = "";

    /// <summary>Why; the server closes the connection after a code of kind close.</summary>
    public Code Code { get; set; }

    /// <summary>The name of the code.</summary>
    public string Reason { get; set; } = "";

    /// <summary>For people.</summary>
    public string Message { get; set; } = "";

    /// <summary>Spread the reconnect over this time, ms.</summary>
    public uint AfterMs { get; set; }

    /// <summary>Where to connect: <c>host:port</c>.</summary>
    public IReadOnlyList<string> Addresses { get; set; } = [];

    /// <summary>The last frame before the server closes: what the client is to do follows from the code's range.</summary>
    /// <param name="code">Why.</param>
    /// <param name="message">For people.</param>
    /// <param name="afterMs">Spread the reconnect over this time, or back off for it, ms.</param>
    public static Directive Closing(Code code, string message, uint afterMs = 0) => new()
    {
        Action = CodeTable.ActionOf(code) switch
        {
            ClientAction.Reconnect => DirectiveAction.Reconnect,
            ClientAction.BackOff => DirectiveAction.BackOff,
            _ => DirectiveAction.LogOut,
        },
        Code = code,
        Reason = CodeTable.NameOf(code),
        Message = message,
        AfterMs = afterMs,
    };

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                Action = reader.ReadText();
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
                AfterMs = reader.ReadUInt32();
                break;
            case 6:
                Addresses = reader.ReadTexts(Addresses);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteText(1, Action);
        writer.WriteUInt32(2, (uint)Code);
        writer.WriteText(3, Reason);
        writer.WriteText(4, Message);
        writer.WriteUInt32(5, AfterMs);
        writer.WriteTexts(6, Addresses);
    }
}
