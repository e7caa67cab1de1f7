using System.Text;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Messages;

/// <summary>A push from an internal app.</summary>
/// <param name="Id">The message's name.</param>
/// <param name="App">The app that it comes from.</param>
/// <param name="Type">The app's own name for the kind of message.</param>
/// <param name="ContentType">A media type.</param>
/// <param name="Payload">What is pushed; empty when <see cref="IsNotify"/>.</param>
/// <param name="ExpiresAt">When it expires; null = it does not.</param>
public sealed record PushMessage(
    string Id, string App, string Type, string ContentType, ReadOnlyMemory<byte> Payload, DateTimeOffset? ExpiresAt)
{
    /// <summary>The channel of a kept message; empty for others (QoS 0).</summary>
    public string Channel { get; init; } = "";

    /// <summary>The place of a kept message in its channel; null for others.</summary>
    public MessagePosition? Position { get; init; }

    /// <summary>The payload waits at the server: <see cref="PushClient.FetchAsync(PushMessage, CancellationToken)"/>.</summary>
    public bool IsNotify { get; init; }

    /// <summary>How long the payload is, bytes; also when it is not here.</summary>
    public long Size { get; init; } = Payload.Length;

    /// <summary>The payload as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Payload.Span);

    internal static PushMessage Of(PushDelivery push)
    {
        DateTimeOffset? expiresAt = push.Expires > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(push.Expires, MaxUnixMs)) : null;
        return new PushMessage(push.Id, push.App, push.Type, push.ContentType, push.Payload, expiresAt)
        {
            Channel = push.Channel,
            Position = push.Channel.Length > 0 ? new MessagePosition(push.Epoch, push.Seq) : null,
            IsNotify = push.Notify,
            Size = push.Notify ? push.Size : push.Payload.Length,
        };
    }

    private static readonly long MaxUnixMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
}
