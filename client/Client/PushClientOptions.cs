using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Client.Receiving;
using Microservices.Protocol;

namespace Microservices.Client;

/// <summary>What a <see cref="PushClient"/> needs to know. <see cref="User"/>, a token, and a dispatcher or an endpoint must be given.</summary>
public sealed class PushClientOptions
{
    /// <summary>Dispatchers, asked in this order for gateways.</summary>
    public IReadOnlyList<Uri> Dispatchers { get; init; } = [];

    /// <summary>Gateways that are known without a dispatcher, the best first. With a dispatcher: what is tried while it does not answer.</summary>
    public IReadOnlyList<Endpoint> Endpoints { get; init; } = [];

    /// <summary>
    /// Given: every connection to a gateway uses TLS, the dispatchers are asked for gateways with it, and <see cref="Endpoints"/> are ports that speak it. There is
    /// no way back to plain text, which somebody in between could force. Null = plain TCP.
    /// </summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>The app. Default <c>default</c>.</summary>
    public string App { get; init; } = "default";

    /// <summary>The user, 1 to 128 bytes of UTF-8.</summary>
    public required string User { get; init; }

    /// <summary>The user's token; not used when there is a <see cref="TokenProvider"/>.</summary>
    public string Token { get; init; } = "";

    /// <summary>
    /// Fetches the user's token: before every connection, once more when the server refuses it, and, for tokens that have an end, some time before that, to
    /// go on with the next one on the same connection. An exception counts as a failed try.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? TokenProvider { get; init; }

    /// <summary>The device, for apps that allow several per user; empty = none.</summary>
    public string Device { get; init; } = "";

    /// <summary>What the device is connected by: wifi, mobile, ethernet, …; empty = unknown.</summary>
    public string Network { get; init; } = "";

    /// <summary>The longest frame that the client takes, bytes; more than any gateway sends (256 KiB unless told otherwise). Default 1 MiB.</summary>
    public uint MaxFrameBytes { get; init; } = 1024 * 1024;

    /// <summary>How long the dispatcher's answer, the TCP connection with its TLS handshake, and the answers to verify and fetch may take, each. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long <see cref="PushClient.CloseAsync"/> waits for what is still to be sent. Default 2 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Frames that may wait to be sent; a send waits while there are more. Default 256.</summary>
    public int MaxQueuedFrames { get; init; } = 256;

    /// <summary>
    /// Handles pushes, one after another, kept ones in the order of their channel, after <see cref="PushClient.PushReceived"/> was raised. May take its time: the client
    /// lives on beside it. A kept message is acknowledged when it has finished. The token ends when the client closes. What it throws:
    /// <see cref="ReceiveOptions.OnFault"/>.
    /// </summary>
    public Func<PushMessage, CancellationToken, ValueTask>? OnPush { get; init; }

    /// <summary>As <see cref="OnPush"/>, for chat, after <see cref="PushClient.ChatReceived"/>. One message is handled at a time, chat or push.</summary>
    public Func<ChatMessage, CancellationToken, ValueTask>? OnChat { get; init; }

    /// <summary>Handling and acknowledging.</summary>
    public ReceiveOptions Receive { get; init; } = new();

    /// <summary>Heartbeats.</summary>
    public HeartbeatOptions Heartbeat { get; init; } = new();

    /// <summary>Reconnecting.</summary>
    public ReconnectOptions Reconnect { get; init; } = new();

    /// <summary>How the dispatcher is reached; the client makes its own unless given one, which it does not dispose of.</summary>
    public HttpMessageHandler? DispatcherHandler { get; init; }

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        Check.That(Dispatchers.Count + Endpoints.Count > 0, nameof(Dispatchers), "empty and so is Endpoints; one of them is needed");
        Check.That(Dispatchers.All(uri => uri.IsAbsoluteUri), nameof(Dispatchers), "relative; absolute addresses are needed");
        Check.That(App.Length > 0, nameof(App), "empty");
        Check.That(User.Length > 0, nameof(User), "empty");
        Check.That(Token.Length > 0 || TokenProvider is not null, nameof(Token), "empty and there is no TokenProvider");
        Check.That(MaxFrameBytes >= Frame.HeaderBytes, nameof(MaxFrameBytes), $"{MaxFrameBytes}; it takes {Frame.HeaderBytes} or more");
        Check.That(MaxQueuedFrames > 0, nameof(MaxQueuedFrames), $"{MaxQueuedFrames}; it takes 1 or more");
        Check.Positive(ConnectTimeout, nameof(ConnectTimeout));
        Check.Positive(CloseTimeout, nameof(CloseTimeout));
        Tls?.Validate();
        Receive.Validate();
        Heartbeat.Validate();
        Reconnect.Validate();
    }
}
