using System.Text;

namespace Microservices.Client.Messages;

/// <summary>A push from an internal app.</summary>
/// <param name="Id">The message's name.</param>
/// <param name="App">The app that it comes from.</param>
/// <param name="Type">The app's own name for the kind of message.</param>
/// <param name="ContentType">A media type.</param>
/// <param name="Payload">What is pushed.</param>
/// <param name="ExpiresAt">When it expires; null = it does not.</param>
public sealed record PushMessage(
    string Id, string App, string Type, string ContentType, ReadOnlyMemory<byte> Payload, DateTimeOffset? ExpiresAt)
{
    /// <summary>The payload as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Payload.Span);
}
