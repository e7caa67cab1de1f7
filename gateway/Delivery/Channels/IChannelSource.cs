using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>Where the log of a channel is read for a session: an inbox in register, "all" in what the room has of it.</summary>
internal interface IChannelSource
{
    /// <summary>
    /// The page behind <paramref name="after"/>, if it is at hand; it tells of the log as of now or later. Otherwise null: it is asked for,
    /// tried until it is answered, and given to <see cref="ChannelDelivery.Take"/> once, unless the session has ended. A session asks for one page
    /// of a channel at a time. Never waits.
    /// </summary>
    LogPage? Read(Session session, LogPosition after);
}
