using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 101: the answer to a verify. JSON always has <c>code</c>.</summary>
public sealed class VerifyResult : IBody<VerifyResult>, IRequest
{
    private static readonly FieldTable Table = new(
        "code", "reason", "session", "heartbeat_ms", "resume", "server_time_ms", "limits", "features", "id", "retry_after_ms",
        "resumed", "token_expires_ms");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>1 = verified, 0 = refused.</summary>
    public uint Code { get; set; }

    /// <summary>The name of a <see cref="Protocol.Code"/> when refused.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The session's name.</summary>
    public string Session { get; set; } = "";

    /// <summary>The heartbeat interval that holds, ms.</summary>
    public uint HeartbeatMs { get; set; }

    /// <summary>The ticket to resume the session with.</summary>
    public string Resume { get; set; } = "";

    /// <summary>The time of the server, Unix ms.</summary>
    public long ServerTimeMs { get; set; }

    /// <summary>What holds on this connection.</summary>
    public Limits? Limits { get; set; }

    /// <summary>Which of the features asked for are granted.</summary>
    public IReadOnlyList<string> Features { get; set; } = [];

    /// <summary>The id of the verify.</summary>
    public string Id { get; set; } = "";

    /// <summary>When refused for a passing cause: try again after this, ms.</summary>
    public uint RetryAfterMs { get; set; }

    /// <summary>The ticket in <see cref="Verify.Resume"/> was good: the session goes on.</summary>
    public bool Resumed { get; set; }

    /// <summary>The token ends in so many ms: verify again with the next one before; 0 = it has no end that the server knows.</summary>
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
                Session = reader.ReadText();
                break;
            case 4:
                HeartbeatMs = reader.ReadUInt32();
                break;
            case 5:
                Resume = reader.ReadText();
                break;
            case 6:
                ServerTimeMs = reader.ReadInt64();
                break;
            case 7:
                Limits = reader.ReadBody<Limits>();
                break;
            case 8:
                Features = reader.ReadTexts(Features);
                break;
            case 9:
                Id = reader.ReadText();
                break;
            case 10:
                RetryAfterMs = reader.ReadUInt32();
                break;
            case 11:
                Resumed = reader.ReadBoolean();
                break;
            case 12:
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
        writer.WriteText(3, Session);
        writer.WriteUInt32(4, HeartbeatMs);
        writer.WriteText(5, Resume);
        writer.WriteInt64(6, ServerTimeMs);
        if (Limits is not null)
        {
            writer.WriteBody(7, Limits);
        }

        writer.WriteTexts(8, Features);
        writer.WriteText(9, Id);
        writer.WriteUInt32(10, RetryAfterMs);
        writer.WriteBoolean(11, Resumed);
        writer.WriteUInt32(12, TokenExpiresMs);
    }
}
