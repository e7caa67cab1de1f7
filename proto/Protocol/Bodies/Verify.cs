using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 1: who the client is.</summary>
public sealed class Verify : IBody<Verify>, IRequest
{
    private static readonly FieldTable Table = new(
        "phone_number", "user", "token", "app", "device", "network", "heartbeat_ms", "resume", "sdk", "features", "id");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>The chat protocol's name for <see cref="User"/>; one of the two.</summary>
    public string PhoneNumber { get; set; } = "";

    /// <summary>The user; 1 to 128 bytes.</summary>
    public string User { get; set; } = "";

    /// <summary>What proves it. Never log it.</summary>
    public string Token { get; set; } = "";

    /// <summary>The app; empty = default.</summary>
    public string App { get; set; } = "";

    /// <summary>The device; 1 to 128 bytes, or empty.</summary>
    public string Device { get; set; } = "";

    /// <summary>wifi, mobile, ethernet, …</summary>
    public string Network { get; set; } = "";

    /// <summary>The heartbeat interval that the client proposes, ms; 0 = none.</summary>
    public uint HeartbeatMs { get; set; }

    /// <summary>The resume ticket of an earlier session.</summary>
    public string Resume { get; set; } = "";

    /// <summary>Name and version of the SDK; clients of the chat protocol have none.</summary>
    public string Sdk { get; set; } = "";

    /// <summary>What the client asks for: <see cref="Bodies.Features"/>.</summary>
    public IReadOnlyList<string> Features { get; set; } = [];

    /// <summary>The client's own name for the request, echoed in its result and error.</summary>
    public string Id { get; set; } = "";

    /// <inheritdoc/>
    public void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct
    {
        switch (field)
        {
            case 1:
                PhoneNumber = reader.ReadText();
                break;
            case 2:
                User = reader.ReadText();
                break;
            case 3:
                Token = reader.ReadText();
                break;
            case 4:
                App = reader.ReadText();
                break;
            case 5:
                Device = reader.ReadText();
                break;
            case 6:
                Network = reader.ReadText();
                break;
            case 7:
                HeartbeatMs = reader.ReadUInt32();
                break;
            case 8:
                Resume = reader.ReadText();
                break;
            case 9:
                Sdk = reader.ReadText();
                break;
            case 10:
                Features = reader.ReadTexts(Features);
                break;
            case 11:
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
        writer.WriteText(1, PhoneNumber);
        writer.WriteText(2, User);
        writer.WriteText(3, Token);
        writer.WriteText(4, App);
        writer.WriteText(5, Device);
        writer.WriteText(6, Network);
        writer.WriteUInt32(7, HeartbeatMs);
        writer.WriteText(8, Resume);
        writer.WriteText(9, Sdk);
        writer.WriteTexts(10, Features);
        writer.WriteText(11, Id);
    }
}
