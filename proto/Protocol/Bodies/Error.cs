using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 108: what went wrong. JSON always has <c>command</c> and <c>code</c>.</summary>
public sealed class Error : IBody<Error>
{
    private static readonly FieldTable Table = new(
        "command", "id", "code", "reason", "message", "min_version", "max_version", "retry_after_ms", "app");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>The command that failed; None = none in particular.</summary>
    public Command Command { get; set; }

    /// <summary>The id of the request that failed.</summary>
    public string Id { get; set; } = "";

    /// <summary>What went wrong; the server closes the connection after a code of kind close.</summary>
    public Code Code { get; set; }

    /// <summary>The name of the code.</summary>
    public string Reason { get; set; } = "";

    /// <summary>For people: what, value and limit.</summary>
    public string Message { get; set; } = "";

    /// <summary>With unsupported_version: the lowest version that is spoken.</summary>
    public uint MinVersion { get; set; }

    /// <summary>With unsupported_version: the highest version that is spoken.</summary>
    public uint MaxVersion { get; set; }

    /// <summary>Try again after this, ms; 0 = not named.</summary>
    public uint RetryAfterMs { get; set; }

    /// <summary>The error of a request.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="command">The command that failed; None = none in particular.</param>
    /// <param name="id">The id of the request; empty when it has none.</param>
    /// <param name="message">For people: what, value and limit.</param>
    public static Error Of(Code code, Command command, string id, string message) => new()
    {
        Command = command,
        Id = id,
        Code = code,
        Reason = CodeTable.NameOf(code),
        Message = message,
    };

    /// <summary>The error that tells a peer of its fault.</summary>
    public static Error From(ProtocolException fault)
    {
        var error = Of(fault.Code, fault.Command ?? Command.None, fault.Id ?? "", fault.Message);
        if (fault.Code == Code.UnsupportedVersion)
        {
            error.MinVersion = ProtocolVersion.Min;
            error.MaxVersion = ProtocolVersion.Max;
        }

        return error;
    }

    /// <summary>The bound app that it is about; empty = the app of the verify, or none.</summary>
    public string App { get; set; } = "";

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                Command = (Command)reader.ReadUInt32();
                break;
            case 2:
                Id = reader.ReadText();
                break;
            case 3:
                Code = (Code)reader.ReadUInt32();
                break;
            case 4:
                Reason = reader.ReadText();
                break;
            case 5:
                Message = reader.ReadText();
                break;
            case 6:
                MinVersion = reader.ReadUInt32();
                break;
            case 7:
                MaxVersion = reader.ReadUInt32();
                break;
            case 8:
                RetryAfterMs = reader.ReadUInt32();
                break;
            case 9:
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
        writer.WriteUInt32(1, (uint)Command, always: true);
        writer.WriteText(2, Id);
        writer.WriteUInt32(3, (uint)Code, always: true);
        writer.WriteText(4, Reason);
        writer.WriteText(5, Message);
        writer.WriteUInt32(6, MinVersion);
        writer.WriteUInt32(7, MaxVersion);
        writer.WriteUInt32(8, RetryAfterMs);
        writer.WriteText(9, App);
    }
}
