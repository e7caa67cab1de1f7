namespace Microservices.Benchmarks.Peers;

/// <summary>Whether a server answers the heartbeats of its clients.</summary>
internal enum BeatAnswers
{
    /// <summary>Its protocol has no answer.</summary>
    Never,

    /// <summary>Its protocol asks for one.</summary>
    Always,

    /// <summary>Those of clients of even numbers, which ask for it.</summary>
    ToEven,
}
