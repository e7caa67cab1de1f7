namespace Microservices.Gateway.WebSockets.Frames;

/// <summary>What a frame of RFC 6455 is; others are reserved.</summary>
internal enum Opcode : byte
{
    /// <summary>A further part of the message that has begun.</summary>
    Continuation = 0x0,

    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}
