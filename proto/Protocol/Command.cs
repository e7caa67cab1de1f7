namespace Microservices.Protocol;

/// <summary>What a frame is. 1 to 99 go up (client to server), 101 and above go down. The specification is proto/client-protocol.md.</summary>
public enum Command : uint
{
    /// <summary>No command; in an error: none in particular.</summary>
    None = 0,

    /// <summary>Up: who the client is (<see cref="Bodies.Verify"/>).</summary>
    Verify = 1,

    /// <summary>Up: chat to one user (<see cref="Bodies.SingleChat"/>).</summary>
    SingleChat = 2,

    /// <summary>Up: chat to several users (<see cref="Bodies.GroupChat"/>).</summary>
    GroupChat = 3,

    /// <summary>Up: chat to everybody (<see cref="Bodies.BroadcastChat"/>).</summary>
    BroadcastChat = 4,

    /// <summary>Up: the client lives; a body, if any, is ignored.</summary>
    Heartbeat = 5,

    /// <summary>Up: channel positions up to which everything is done with (<see cref="Bodies.Ack"/>).</summary>
    Ack = 6,

    /// <summary>Up: bind a further app on this connection (<see cref="Bodies.Bind"/>).</summary>
    Bind = 7,

    /// <summary>Up: end the session of a bound app (<see cref="Bodies.Unbind"/>).</summary>
    Unbind = 8,

    /// <summary>Up: data for the app's business system. Reserved.</summary>
    Uplink = 9,

    /// <summary>Up: join a group. Reserved.</summary>
    Subscribe = 10,

    /// <summary>Up: leave a group. Reserved.</summary>
    Unsubscribe = 11,

    /// <summary>Up: the client leaves on purpose (<see cref="Bodies.Goodbye"/>).</summary>
    Goodbye = 12,

    /// <summary>Up: read a channel behind a position (<see cref="Bodies.Fetch"/>).</summary>
    Fetch = 13,

    /// <summary>Down: the answer to a verify (<see cref="Bodies.VerifyResult"/>).</summary>
    VerifyResult = 101,

    /// <summary>Down: chat that went to one user (<see cref="Bodies.ChatDelivery"/>).</summary>
    SingleChatDelivery = 102,

    /// <summary>Down: chat that went to several users (<see cref="Bodies.ChatDelivery"/>).</summary>
    GroupChatDelivery = 103,

    /// <summary>Down: chat that went to everybody (<see cref="Bodies.ChatDelivery"/>).</summary>
    BroadcastChatDelivery = 104,

    /// <summary>Down: the answer to a heartbeat, to clients that asked for it (<see cref="Bodies.HeartbeatAck"/>).</summary>
    HeartbeatAck = 105,

    /// <summary>Down: a push from an internal app (<see cref="Bodies.PushDelivery"/>).</summary>
    Push = 106,

    /// <summary>Down: what the client is to do: reconnect, back off, slow down, log out (<see cref="Bodies.Directive"/>).</summary>
    Directive = 107,

    /// <summary>Down: what went wrong (<see cref="Bodies.Error"/>).</summary>
    Error = 108,

    /// <summary>Down: the result of an uplink. Reserved.</summary>
    UplinkResult = 109,

    /// <summary>Down: the result of a subscribe. Reserved.</summary>
    SubscribeResult = 110,

    /// <summary>Down: the result of an unsubscribe. Reserved.</summary>
    UnsubscribeResult = 111,

    /// <summary>Down: a page of a channel (<see cref="Bodies.Page"/>).</summary>
    Page = 113,

    /// <summary>Down: the answer to a bind (<see cref="Bodies.BindResult"/>).</summary>
    BindResult = 114,

    /// <summary>Down: the session of a bound app has ended (<see cref="Bodies.Unbound"/>).</summary>
    Unbound = 115,
}
