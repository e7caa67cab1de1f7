namespace Microservices.Client.Connections;

/// <summary>How often one connection beats: what the server said last. The client may propose; the server decides.</summary>
internal sealed class HeartbeatPace(TimeSpan proposed)
{
    // What a server may ask for, whatever it says.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);

    private readonly Lock _sync = new();
    private TimeSpan _interval = proposed;
    private TimeSpan _proposal;
    private TaskCompletionSource _changed = NewSource();

    /// <summary>The interval that holds.</summary>
    public TimeSpan Interval
    {
        get
        {
            lock (_sync)
            {
                return _interval;
            }
        }
    }

    /// <summary>Ends at the next change: take it before what it may change is read.</summary>
    public Task Changed
    {
        get
        {
            lock (_sync)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>The server says what holds; 0 = it says nothing.</summary>
    /// <returns>It is another interval than before.</returns>
    public bool Apply(uint heartbeatMs)
    {
        var interval = TimeSpan.FromMilliseconds(heartbeatMs);
        interval = interval < ShortestInterval ? ShortestInterval : interval > LongestInterval ? LongestInterval : interval;
        lock (_sync)
        {
            if (heartbeatMs == 0 || interval == _interval)
            {
                return false;
            }

            _interval = interval;
            Wake();
            return true;
        }
    }

    /// <summary>The next heartbeat, sent at once, proposes this.</summary>
    public void Propose(TimeSpan interval)
    {
        lock (_sync)
        {
            _proposal = interval;
            Wake();
        }
    }

    /// <summary>What is to be proposed now; zero = nothing.</summary>
    public TimeSpan TakeProposal()
    {
        lock (_sync)
        {
            var proposal = _proposal;
            _proposal = TimeSpan.Zero;
            return proposal;
        }
    }

    /// <summary>It could not be sent; a newer one stays.</summary>
    public void KeepProposal(TimeSpan interval)
    {
        lock (_sync)
        {
            _proposal = _proposal > TimeSpan.Zero ? _proposal : interval;
        }
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = NewSource();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
