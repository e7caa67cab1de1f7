namespace Microservices.Cli.Load.Engine;

/// <summary>Drops connections of a crowd and brings them back: at once, and again later when that failed. On the loop's thread.</summary>
internal sealed class LoadReturns(LoadLoop loop, LoadConnection[] connections, Action<LoadConnection> open)
{
    private const double ChecksPerSecond = 100;
    private const long NanosecondsPerMs = 1_000_000;

    // As clients do who were not told when to come back: each at another time.
    private const int MinPauseMs = 500;
    private const int MaxPauseMs = 1_500;

    // So many are looked at for one that can be dropped.
    private const int MaxTries = 64;

    private readonly PriorityQueue<LoadConnection, long> _waiting = new();
    private LoadPace? _pace;
    private int _next;
    private bool _isChecking;

    /// <summary>Drops so many per second.</summary>
    public void Begin(double perSecond)
    {
        if (_pace is null)
        {
            loop.Add(_pace = new LoadPace(perSecond, LoadLoop.Now), DropNext);
        }

        _pace.PerSecond = perSecond;
    }

    /// <summary>Drops a part of them at once.</summary>
    public void Storm(double part)
    {
        var count = (int)Math.Ceiling(connections.Length * part);
        var dropped = connections.Where(CanDrop).Take(count).ToArray();
        foreach (var connection in dropped)
        {
            connection.Drop();
        }

        foreach (var connection in dropped)
        {
            open(connection);
        }
    }

    /// <summary>A dropped connection did not come back: it tries again, unless it is not wanted.</summary>
    public void Retry(LoadConnection connection)
    {
        if (connection.IsRefused)
        {
            connection.Counters.ReconnectsFailed.Add(connection.Farewell ?? "");
            return;
        }

        connection.Counters.ReconnectRetries++;
        var pause = connection.RetryAfter ?? TimeSpan.FromMilliseconds(Random.Shared.Next(MinPauseMs, MaxPauseMs));
        _waiting.Enqueue(connection, LoadLoop.Now + (long)(pause.TotalMilliseconds * NanosecondsPerMs));
        if (!_isChecking)
        {
            _isChecking = true;
            loop.Add(new LoadPace(ChecksPerSecond, LoadLoop.Now), OpenWaiting);
        }
    }

    private bool DropNext()
    {
        for (var i = 0; i < Math.Min(MaxTries, connections.Length); i++)
        {
            var connection = connections[_next];
            _next = (_next + 1) % connections.Length;
            if (CanDrop(connection))
            {
                connection.Drop();
                open(connection);
                break;
            }
        }

        return true;
    }

    private bool OpenWaiting()
    {
        while (_waiting.TryPeek(out var connection, out var due) && due <= LoadLoop.Now)
        {
            _waiting.Dequeue();
            open(connection);
        }

        return true;
    }

    private static bool CanDrop(LoadConnection connection) => connection.Phase == LoadPhase.Ready && !connection.IsSlow;
}
