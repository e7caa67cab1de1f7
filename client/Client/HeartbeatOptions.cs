namespace Microservices.Client;

/// <summary>How a client shows that it lives, and how it notices that the link does not.</summary>
public sealed class HeartbeatOptions
{
    /// <summary>The interval that the client proposes; the server's answer decides. Default 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When nothing arrives for this long after a heartbeat, the connection counts as lost. Default 30 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Propose the interval that the dispatcher advises, where it advises one. Default false.</summary>
    public bool FollowDispatcher { get; init; }

    internal void Validate()
    {
        Check.Positive(Interval, nameof(Interval));
        Check.Positive(AnswerTimeout, nameof(AnswerTimeout));
    }
}
