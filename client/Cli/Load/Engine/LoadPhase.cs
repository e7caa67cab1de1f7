namespace Microservices.Cli.Load.Engine;

/// <summary>How far a connection is.</summary>
internal enum LoadPhase
{
    /// <summary>Not opened yet, or over.</summary>
    Ended = 0,

    /// <summary>The socket connects.</summary>
    Connecting = 1,

    /// <summary>It is connected; TLS, WebSockets and the login are under way.</summary>
    Opening = 2,

    /// <summary>It is logged in.</summary>
    Ready = 3,
}
