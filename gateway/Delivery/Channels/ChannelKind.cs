using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>The channels that a session reads. A closed list: each is a tag value of metrics.</summary>
internal enum ChannelKind
{
    /// <summary>The user's own.</summary>
    Inbox,

    /// <summary>Of everybody in the app.</summary>
    All,
}

/// <summary>The channels by their names in the client protocol.</summary>
internal static class ChannelKinds
{
    public static string NameOf(ChannelKind channel) => channel == ChannelKind.Inbox ? ChannelNames.Inbox : ChannelNames.All;

    public static ChannelKind? Find(string name) => name switch
    {
        ChannelNames.Inbox => ChannelKind.Inbox,
        ChannelNames.All => ChannelKind.All,
        _ => null,
    };
}
