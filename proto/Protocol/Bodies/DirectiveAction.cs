namespace Microservices.Protocol.Bodies;

/// <summary>What a directive (107) tells the client to do.</summary>
public static class DirectiveAction
{
    /// <summary>Connect again, to one of the addresses when there are any.</summary>
    public const string Reconnect = "reconnect";

    /// <summary>Connect again, not before the time that is named.</summary>
    public const string BackOff = "back_off";

    /// <summary>Send less.</summary>
    public const string SlowDown = "slow_down";

    /// <summary>Stay away until the application says otherwise.</summary>
    public const string LogOut = "logout";
}
