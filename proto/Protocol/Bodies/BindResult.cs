using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 114: the answer to a bind. JSON always has <c>code</c>.</summary>
public sealed class BindResult : IBody<BindResult>, IRequest
{
    private static readonly FieldTable Table = new(
        "code", "reason", "app", "session", "resume", "resumed", "features", "id", "retry_after_ms", "message",
        "token_expires_ms");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>1 = bound, 0 = refused.</summary>
    public uint Code { get; set; }

    /// <summary>The name of a <see cref="Protocol.Code"/> when refused.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The app of the bind.</summary>
    public string App { get; set; } = "";

    /// <summary>The session's name.</summary>
    public string Session { get; set; } = "";

    /// <summary>The ticket to resume the session with, by a bind or a verify.</summary>
    public string Resume { get; set; } = "";

    /// <summary>The ticket in <see cref="Bind.Resume"/> was good: the session goes on.</summary>
    public bool Resumed { get; set; }

    /// <summary>Which of the features asked for are granted.</summary>
    public IReadOnlyList<string> Features { get; set; } = [];

    /// <summary>The id of the bind.</summary>
    public string Id { get; set; } = "";

    /// <summary>When refused for a passing cause: try again after this, ms.</summary>
    public uint RetryAfterMs { get; set; }

    /// <summary>When refused, for people: what, value and limit; may be empty.</summary>
    public string Message { get; set; } = "";

    /// <summary>The token ends in so many ms; 0 = it has no end that the server knows.</summary>
    public uint TokenExpiresMs { get; set; }

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                Code = reader.ReadUInt32();
                break;
            case 2:
                Reason = reader.ReadText();
                break;
            case 3:
                App = reader.ReadText();
                break;
            case 4:
                Session = reader.ReadText();
                break;
            case 5:
                Resume = reader.ReadText();
                break;
            case 6:
                Resumed = reader.ReadBoolean();
                break;
            case 7:
                Features = reader.ReadTexts(Features);
                break;
            case 8:
                Id = reader.ReadText();
                break;
            case 9:
                RetryAfterMs = reader.ReadUInt32();
                break;
            case 10:
                Message = reader.ReadText();
                break;
            case 11:
                TokenExpiresMs = reader.ReadUInt32();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field));
        }
    }

    /// <inheritdoc/>
    public void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct
    {
        writer.WriteUInt32(1, Code, always: true);
        writer.WriteText(2, Reason);
        writer.WriteText(3, App);
        writer.WriteText(4, Session);
        writer.WriteText(5, Resume);
        writer.WriteBoolean(6, Resumed);
        writer.WriteTexts(7, Features);
        writer.WriteText(8, Id);
        writer.WriteUInt32(9, RetryAfterMs);
        writer.WriteText(10, Message);
        writer.WriteUInt32(11, TokenExpiresMs);
    }
}
