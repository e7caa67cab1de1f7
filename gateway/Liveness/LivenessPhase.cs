namespace Microservices.Gateway.Liveness;

/// <summary>Where a session stands.</summary>
internal enum LivenessPhase : byte
{
    /// <summary>It is heard of as the app's rules want it.</summary>
    Alive,

    /// <summary>Silent for longer than that, and not given up yet.</summary>
    Away,

    /// <summary>Given up; final.</summary>
    Closed,
}
