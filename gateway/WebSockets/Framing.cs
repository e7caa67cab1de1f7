namespace Microservices.Gateway.WebSockets;

/// <summary>What stands around the frames of a connection.</summary>
internal enum Framing : byte
{
    /// <summary>Nothing: they follow each other in the stream.</summary>
    Raw,

    /// <summary>Each is a binary message of a WebSocket.</summary>
    Binary,

    /// <summary>Each is a text message of a WebSocket: <see cref="TextEnvelope"/>.</summary>
    Text,
}
