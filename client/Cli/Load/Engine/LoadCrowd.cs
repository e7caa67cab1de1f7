using System.Net;

namespace Microservices.Cli.Load.Engine;

/// <summary>The connections of one loop: opens them at a rate, keeps them alive, drops them and brings them back. What is public may be called from any thread.</summary>
internal sealed class LoadCrowd
{
    private const double ChecksPerSecond = 20;

    private readonly LoadLoop _loop;
    private readonly LoadPlan _plan;
    private readonly LoadConnection[] _connections;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoadReturns _returns;

    // Openings in the order of their deadlines.
    private readonly Queue<(LoadConnection Connection, int Opening, long Deadline)> _deadlines = new();
    private LoadPace? _openings;
    private LoadPace? _beats;
    private Func<LoadCounters, double> _beatsPerSecond = static _ => 0;
    private int _begun;
    private int _settled;
    private int _nextBeat;
    private bool _isOver;

    public LoadCrowd(LoadLoop loop, ILoadProtocol protocol, LoadPlan plan)
    {
        _loop = loop;
        _plan = plan;
        var sources = plan.Sources.Select(static address => new IPEndPoint(address, 0).Serialize()).ToArray();
        _connections = new LoadConnection[plan.Count];
        for (var i = 0; i < plan.Count; i++)
        {
            var index = plan.First + (i * plan.Step);
            var source = sources.Length == 0 ? null : sources[index / plan.Targets.Count % sources.Length];
            _connections[i] = new LoadConnection(loop, protocol, plan.Transport, plan.Targets[index % plan.Targets.Count], source, index)
            {
                OnLoggedIn = OnLoggedIn,
                OnEnded = OnEnded,
            };
        }

        _returns = new LoadReturns(loop, _connections, Begin);
    }

    /// <summary>How many there are.</summary>
    public int Count => _connections.Length;

    /// <summary>Opens all; ends when each is logged in or has failed.</summary>
    public Task OpenAsync()
    {
        _loop.Post(() =>
        {
            _loop.Add(_openings = new LoadPace(_plan.Rate, LoadLoop.Now), BeginNext);
            _loop.Add(new LoadPace(ChecksPerSecond, LoadLoop.Now), CheckDeadlines);
            CheckOpened();
        });
        return _opened.Task;
    }

    /// <summary>Begins no more; those that are on their way may arrive.</summary>
    public void StopOpening() => _loop.Post(() => _isOver = true);

    /// <summary>Has heartbeats sent; the connections take turns, also those that are not open.</summary>
    /// <param name="perSecond">How many; asked again and again, on the loop's thread.</param>
    public void Beat(Func<LoadCounters, double> perSecond) => _loop.Post(() =>
    {
        _beatsPerSecond = perSecond;
        if (_beats is null)
        {
            _loop.Add(_beats = new LoadPace(perSecond(_loop.Counters), LoadLoop.Now), BeatNext);
            _loop.Add(new LoadPace(ChecksPerSecond, LoadLoop.Now), AdjustBeats);
        }
    });

    /// <summary>Drops so many connections per second, and brings them back.</summary>
    public void Reconnect(double perSecond) => _loop.Post(() => _returns.Begin(perSecond));

    /// <summary>Drops a part of the connections at once, and brings them back.</summary>
    /// <param name="part">1 = all.</param>
    public void ReconnectAtOnce(double part) => _loop.Post(() => _returns.Storm(part));

    /// <summary>Ends all with a goodbye; nothing is opened any more.</summary>
    public Task LeaveAsync() => _loop.AskAsync(() =>
    {
        _isOver = true;
        foreach (var connection in _connections)
        {
            connection.Leave();
        }

        return true;
    });

    private bool BeginNext()
    {
        if (_isOver || _begun == _connections.Length)
        {
            _openings!.PerSecond = 0;
            return true;
        }

        if (_begun - _settled >= _plan.MaxOpening)
        {
            return false;
        }

        Begin(_connections[_begun++]);
        return true;
    }

    private void Begin(LoadConnection connection)
    {
        if (!_isOver)
        {
            connection.Open();
            _deadlines.Enqueue((connection, connection.Openings, LoadLoop.Now + (long)(_plan.Timeout.TotalMilliseconds * 1e6)));
        }
    }

    private bool CheckDeadlines()
    {
        while (_deadlines.TryPeek(out var first) && first.Deadline <= LoadLoop.Now)
        {
            _deadlines.Dequeue();
            if (first.Connection.Openings == first.Opening && first.Connection.Phase is LoadPhase.Connecting or LoadPhase.Opening)
            {
                first.Connection.Fail("timeout");
            }
        }

        return true;
    }

    private bool AdjustBeats()
    {
        _beats!.PerSecond = _beatsPerSecond(_loop.Counters);
        return true;
    }

    private bool BeatNext()
    {
        if (_connections.Length > 0)
        {
            var connection = _connections[_nextBeat];
            _nextBeat = (_nextBeat + 1) % _connections.Length;
            if (connection.Phase == LoadPhase.Ready)
            {
                connection.Protocol.Beat(connection);
            }
        }

        return true;
    }

    private void OnLoggedIn(LoadConnection connection)
    {
        if (connection.Index < _plan.SlowReaders)
        {
            connection.StopReading();
        }

        Settle(connection);
    }

    private void OnEnded(LoadConnection connection)
    {
        if (connection.IsComingBack)
        {
            _returns.Retry(connection);
        }
        else
        {
            Settle(connection);
        }
    }

    // A connection is settled once: with its first login, or when it failed before that.
    private void Settle(LoadConnection connection)
    {
        if (!connection.IsSettled)
        {
            connection.IsSettled = true;
            _settled++;
            CheckOpened();
        }
    }

    private void CheckOpened()
    {
        if (_settled == _connections.Length)
        {
            _opened.TrySetResult();
        }
    }
}
