namespace Microservices.Client.Reconnecting;

/// <summary>
/// Logins whose connection broke before their answer came. The server may make one after the login that followed it, and so displace the
/// client by itself: that is no reason to stop.
/// </summary>
internal sealed class LateLogins(TimeProvider time)
{
    // Longer than a login waits at a gateway; short, since another device may log in meanwhile.
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(30);

    private const int Most = 16;

    private readonly Queue<long> _unanswered = new(Most);

    public void Add()
    {
        if (_unanswered.Count == Most)
        {
            _unanswered.Dequeue();
        }

        _unanswered.Enqueue(time.GetTimestamp());
    }

    /// <summary>Whether one of them may have displaced the client. Each is blamed once.</summary>
    public bool TryBlame()
    {
        while (_unanswered.TryDequeue(out var at))
        {
            if (time.GetElapsedTime(at) < Latest)
            {
                return true;
            }
        }

        return false;
    }
}
