namespace Microservices.Gateway.WebSockets.Frames;

/// <summary>A whole message of a client, or a control frame; unmasked.</summary>
/// <param name="Opcode">Text, Binary, Close, Ping or Pong.</param>
/// <param name="Payload">Valid until the reader releases it, or reads on.</param>
internal readonly record struct Message(Opcode Opcode, ReadOnlyMemory<byte> Payload);
