using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>Command 7: a further app on a verified connection, with a session of its own.</summary>
public sealed class Bind : IBody<Bind>, IRequest
{
    private static readonly FieldTable Table = new("app", "user", "token", "device", "resume", "features", "id");

    /// <inheritdoc/>
    public static FieldTable Fields => Table;

    /// <summary>The app.</summary>
    public string App { get; set; } = "";

    /// <summary>The user in this app; 1 to 128 bytes.</summary>
    public string User { get; set; } = "";

    /// <summary>What proves it in this app. Never log it.</summary>
    public string Token { get; set; } = "";

    /// <summary>The device; 1 to 128 bytes, or empty.</summary>
    public string Device { get; set; } = "";

    /// <summary>The resume ticket of an earlier session of this app.</summary>
    public string Resume { get; set; } = "";

    /// <summary>What the client asks for in this app: <see cref="Bodies.Features.Ack"/>.</summary>
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
                App = reader.ReadText();
                break;
            case 2:
                User = reader.ReadText();
                break;
            case 3:
                Token = reader.ReadText();
                break;
            case 4:
                Device = reader.ReadText();
                break;
            case 5:
                Resume = reader.ReadText();
                break;
            case 6:
                Features = reader.ReadTexts(Features);
                break;
            case 7:
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
        writer.WriteText(2, User);
        writer.WriteText(3, Token);
        writer.WriteText(4, Device);
        writer.WriteText(5, Resume);
        writer.WriteTexts(6, Features);
        writer.WriteText(7, Id);
    }
}
