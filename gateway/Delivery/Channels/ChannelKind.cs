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
    private const int MaxEchoed = 32;

    public static string NameOf(ChannelKind channel) => channel == ChannelKind.Inbox ? ChannelNames.Inbox : ChannelNames.All;

    /// <summary>The name of a channel that there is not, as it is echoed.</summary>
    public static string Shown(string name) => name.Length > MaxEchoed ? name[..MaxEchoed] + "…" : name;

    public static ChannelKind? Find(string name) => name switch
    {
        ChannelNames.Inbox => ChannelKind.Inbox,
        ChannelNames.All => ChannelKind.All,
        _ => null,
    };
}
