namespace Microservices.Cli.Load.Results;

/// <summary>How far a run is. The order is that of a run.</summary>
internal enum LoadStage
{
    /// <summary>The users' tokens are being issued or read.</summary>
    Tokens,

    /// <summary>Waits for the other processes.</summary>
    Ready,

    /// <summary>The connections are being opened.</summary>
    Opening,

    /// <summary>All are open or have failed; waits for the other processes.</summary>
    Opened,

    /// <summary>They are held, and what repeats is not judged yet.</summary>
    WarmUp,

    /// <summary>They are held, and what happens counts.</summary>
    Steady,

    /// <summary>What was published or dropped last is waited for.</summary>
    Quiet,

    /// <summary>It is over.</summary>
    Ended,
}
