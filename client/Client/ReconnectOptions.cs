namespace Microservices.Client;

/// <summary>How a client that lost its connection tries again. A try takes the last good address, then the others, then the dispatcher's.</summary>
public sealed class ReconnectOptions
{
    /// <summary>The pause before the first try. The pauses begin with it again after a login that held for <see cref="StableAfter"/>. Default 1 s.</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>By how much the pause grows with every try, at least 1. Default 2.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>The longest pause, before jitter. Default 30 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// By which part of itself a pause is made longer or shorter at random, 0 to 1, so that the clients of a gateway that died do not all
    /// come at once. Default 0.5.
    /// </summary>
    public double Jitter { get; init; } = 0.5;

    /// <summary>
    /// How long a connection must have been logged in for the pauses to begin anew: a server that lets clients in and drops them at once is
    /// not hammered. Default 10 s.
    /// </summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The most that is taken from a server that names when to try again, before jitter: a broken one can't put the client to sleep for ever.
    /// Default 10 min.
    /// </summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many tries in a row may fail before the client stops. Default <see cref="int.MaxValue"/>: it never gives up.</summary>
    public int MaxAttempts { get; init; } = int.MaxValue;

    internal void Validate()
    {
        Check.Positive(InitialDelay, nameof(InitialDelay));
        Check.Positive(MaxDelay, nameof(MaxDelay));
        Check.Positive(StableAfter, nameof(StableAfter));
        Check.Positive(MaxRetryAfter, nameof(MaxRetryAfter));
        Check.That(Factor >= 1, nameof(Factor), $"{Factor}; it takes 1 or more");
        Check.That(Jitter is >= 0 and <= 1, nameof(Jitter), $"{Jitter}; it takes 0 to 1");
        Check.That(MaxAttempts >= 0, nameof(MaxAttempts), $"{MaxAttempts}; it takes 0 or more");
    }
}
