namespace Microservices.Gateway.Rooms;

/// <summary>When the requests of a lease stream were sent that have no answer yet; register answers them in order. Thread-safe.</summary>
internal sealed class SentRequests(TimeProvider time)
{
    private readonly Lock _sync = new();
    private readonly Queue<long> _sent = new();

    /// <summary>For how long the oldest of them has had no answer; zero when all have.</summary>
    public TimeSpan Unanswered
    {
        get
        {
            lock (_sync)
            {
                return _sent.TryPeek(out var oldest) ? time.GetElapsedTime(oldest) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Called before it is sent: the lease is counted from there.</summary>
    public void Add()
    {
        lock (_sync)
        {
            _sent.Enqueue(time.GetTimestamp());
        }
    }

    /// <summary>The oldest one is answered.</summary>
    /// <returns>When it was sent, a timestamp; null: nothing was asked.</returns>
    public long? Answered()
    {
        lock (_sync)
        {
            return _sent.TryDequeue(out var sent) ? sent : null;
        }
    }
}
