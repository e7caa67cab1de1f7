namespace Microservices.Protocol.Bodies;

/// <summary>What channels are called on the wire.</summary>
public static class ChannelNames
{
    /// <summary>The user's own.</summary>
    public const string Inbox = "inbox";

    /// <summary>The app's, for all of its users.</summary>
    public const string All = "all";

    private static readonly string[] Names = [Inbox, All];

    /// <summary>All of them.</summary>
    public static ReadOnlySpan<string> Known => Names;
}
