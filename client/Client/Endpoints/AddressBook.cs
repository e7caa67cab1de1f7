using System.Runtime.CompilerServices;

namespace Microservices.Client.Endpoints;

/// <summary>
/// Which gateway to try next. A round is: what a directive named, the last good address, the list while it is fresh, the
/// dispatcher's new list, and the old list when the dispatcher has none. No address comes twice in a round.
/// </summary>
internal sealed class AddressBook(PushClientOptions options, DispatcherClient dispatcher)
{
    private const int MaxFailed = 16;
    private const int MaxDirected = 16;

    private readonly List<Endpoint> _failed = [];
    private IReadOnlyList<Endpoint> _list = options.Endpoints;
    private IReadOnlyList<Endpoint> _directed = [];
    private Endpoint? _lastGood;
    private long _listedAt;
    private TimeSpan _ttl = options.Dispatchers.Count == 0 ? TimeSpan.MaxValue : TimeSpan.Zero;

    /// <summary>The heartbeat interval that the dispatcher advised; zero = none.</summary>
    public TimeSpan AdvisedHeartbeat { get; private set; }

    /// <summary>The addresses of one round. The caller reports on each with <see cref="Succeeded"/> or <see cref="Failed"/>.</summary>
    public async IAsyncEnumerable<Endpoint> RoundAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tried = new HashSet<Endpoint>();
        var directed = _directed;
        _directed = [];
        foreach (var endpoint in directed.Concat(_lastGood is null ? [] : [_lastGood]).Concat(IsFresh ? _list : []))
        {
            if (tried.Add(endpoint))
            {
                yield return endpoint;
            }
        }

        if (options.Dispatchers.Count > 0 && await dispatcher.TryAskAsync(_failed, cancellationToken) is { } answer)
        {
            _list = answer.Endpoints;
            _ttl = answer.Ttl;
            _listedAt = options.TimeProvider.GetTimestamp();
            AdvisedHeartbeat = answer.Heartbeat;
        }

        foreach (var endpoint in _list)
        {
            if (tried.Add(endpoint))
            {
                yield return endpoint;
            }
        }
    }

    /// <summary>A login succeeded there.</summary>
    public void Succeeded(Endpoint endpoint)
    {
        _lastGood = endpoint;
        _failed.Clear();
    }

    /// <summary>No login there: the dispatcher is told.</summary>
    public void Failed(Endpoint endpoint)
    {
        _lastGood = endpoint == _lastGood ? null : _lastGood;
        _failed.Remove(endpoint);
        _failed.Insert(0, endpoint);
        if (_failed.Count > MaxFailed)
        {
            _failed.RemoveAt(MaxFailed);
        }
    }

    /// <summary>A directive named these: they come first in the next round.</summary>
    public void Direct(IReadOnlyList<string> addresses)
    {
        if (addresses.Count > 0)
        {
            _directed = [.. addresses.Take(MaxDirected).Select(Endpoint.TryParse).OfType<Endpoint>()];
        }
    }

    private bool IsFresh => options.TimeProvider.GetElapsedTime(_listedAt) < _ttl;
}
