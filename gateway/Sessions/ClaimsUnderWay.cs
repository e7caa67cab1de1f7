using Microservices.Gateway.Rooms;

namespace Microservices.Gateway.Sessions;

/// <summary>The calls with logins that register has not answered, by what they claim for. A few at most. Thread-safe.</summary>
internal sealed class ClaimsUnderWay
{
    private readonly Lock _sync = new();
    private readonly List<ClaimStamp> _stamps = [];

    public void Begin(ClaimStamp stamp)
    {
        lock (_sync)
        {
            _stamps.Add(stamp);
        }
    }

    public void End(ClaimStamp stamp)
    {
        lock (_sync)
        {
            _stamps.Remove(stamp);
        }
    }

    /// <summary>Whether one of them claims for something else than <paramref name="stamp"/>.</summary>
    public bool AnyBefore(ClaimStamp stamp)
    {
        lock (_sync)
        {
            return _stamps.Exists(other => other != stamp);
        }
    }
}
