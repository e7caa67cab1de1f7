namespace Microservices.Gateway.Rooms;

/// <summary>
/// The room's own judgement of its lease, by a clock that nobody sets. The lease holds for a lease time after the latest answered renewal
/// was <i>sent</i>. A process that stood still for longer knows here that others may have taken its lease for dead, and waits for
/// register's word before it delivers anything.
/// <code>
/// Valid ──deadline──► InDoubt ──answered──► Valid
///                        ├──dead──► Dead ──granted──► Valid
///                        └──attempts fail──► Detached ──answered──► Valid, ──no attempt fails any more──► InDoubt
/// </code>
/// Thread-safe; to ask whether anything is known costs a read of the clock.
/// </summary>
internal sealed class LeaseStanding(TimeProvider time)
{
    private readonly Lock _sync = new();
    private TaskCompletionSource? _waiting;
    private LeaseState _known = LeaseState.InDoubt;
    private long _knownUntil = long.MinValue;
    private long _leaseUntil = long.MinValue;
    private long _leaseTicks;
    private long _failingSince;
    private long _failedAt;
    private bool _isFailing;

    /// <summary>False while the lease is in doubt: nothing may be delivered then.</summary>
    public bool IsKnown => time.GetTimestamp() <= Volatile.Read(ref _knownUntil);

    public LeaseState State
    {
        get
        {
            lock (_sync)
            {
                return IsKnown ? _known : LeaseState.InDoubt;
            }
        }
    }

    /// <summary>Register confirmed the lease in answer to what was sent at <paramref name="sentAt"/>, a timestamp.</summary>
    public void Answered(long sentAt, TimeSpan lease)
    {
        lock (_sync)
        {
            _isFailing = false;
            _leaseTicks = Ticks(lease);
            _leaseUntil = Math.Max(_leaseUntil, sentAt + _leaseTicks);
            Know(LeaseState.Valid, _leaseUntil);
        }
    }

    /// <summary>Register says that the lease is dead, which is final.</summary>
    public void Died()
    {
        lock (_sync)
        {
            _isFailing = false;
            _leaseUntil = long.MinValue;
            Know(LeaseState.Dead, long.MaxValue);
        }
    }

    /// <summary>
    /// An attempt to reach register that began at <paramref name="beganAt"/>, a timestamp, has failed. Register counts as away when attempts
    /// that began after the deadline have failed for a while: the first may have met a link that broke while the process stood still.
    /// </summary>
    public void Failed(long beganAt)
    {
        lock (_sync)
        {
            if (_known == LeaseState.Dead || _leaseTicks == 0 || beganAt <= _leaseUntil)
            {
                return;
            }

            // What failed across a standstill says nothing of the present.
            var now = time.GetTimestamp();
            var fresh = _leaseTicks + Ticks(LeaseTimes.LongestAnswer);
            if (now - beganAt > fresh)
            {
                _isFailing = false;
                return;
            }

            if (!_isFailing || beganAt - _failedAt > fresh)
            {
                _isFailing = true;
                _failingSince = beganAt;
            }

            _failedAt = now;
            if (now - _failingSince >= Ticks(LeaseTimes.ProofOfAbsence(TimeSpan.FromSeconds((double)_leaseTicks / time.TimestampFrequency))))
            {
                Know(LeaseState.Detached, now + fresh);
            }
        }
    }

    /// <summary>Returns when the lease is not in doubt. Each attempt to reach register is bounded, and so is this.</summary>
    public async Task UntilKnownAsync(CancellationToken cancellationToken)
    {
        while (!IsKnown)
        {
            Task known;
            lock (_sync)
            {
                known = (_waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                if (IsKnown)
                {
                    return;
                }
            }

            await known.WaitAsync(cancellationToken);
        }
    }

    private void Know(LeaseState state, long until)
    {
        _known = state;
        Volatile.Write(ref _knownUntil, until);
        if (IsKnown)
        {
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
