using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Sessions;

/// <summary>How fast logins may go to register, how fast they do, and thus how long one more would wait. Thread-safe.</summary>
internal sealed class LoginPace
{
    /// <summary>How much of the estimate the latest call makes up.</summary>
    private const double Weight = 0.25;

    private readonly Lock _sync = new();
    private readonly double _burst;
    private readonly SessionsOptions _options;
    private readonly TimeProvider _time;
    private double _allowed;
    private long _allowedAt;
    private double _callSeconds;
    private long _goodAt;
    private int _underWay;
    private bool _isFailing;
    private long _slotAt;

    public LoginPace(IOptions<SessionsOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;

        // Less than comes in some looks at the queue would be a lower rate.
        _burst = Math.Max(_options.LoginBurst, _options.LoginsPerSecond / 50.0);
        _allowed = _burst;
        _allowedAt = _goodAt = _slotAt = time.GetTimestamp();
    }

    /// <summary>How many logins may go now, at most <paramref name="most"/>; they count as gone.</summary>
    public int Take(int most)
    {
        if (_options.LoginsPerSecond == 0)
        {
            return most;
        }

        lock (_sync)
        {
            var now = _time.GetTimestamp();
            _allowed = Math.Min(_burst, _allowed + (_time.GetElapsedTime(_allowedAt, now).TotalSeconds * _options.LoginsPerSecond));
            _allowedAt = now;
            var taken = Math.Min(most, (int)_allowed);
            _allowed -= taken;
            return taken;
        }
    }

    /// <summary>So many that were taken did not go.</summary>
    public void GiveBack(int logins)
    {
        lock (_sync)
        {
            _allowed = Math.Min(_burst, _allowed + logins);
        }
    }

    /// <summary>A call with logins begins.</summary>
    /// <returns>When, a timestamp.</returns>
    public long Begin()
    {
        lock (_sync)
        {
            var now = _time.GetTimestamp();
            if (_underWay++ == 0 && !_isFailing)
            {
                _goodAt = now;
            }

            return now;
        }
    }

    /// <summary>The call that began at <paramref name="beganAt"/> is over; <paramref name="isAnswered"/>: register settled its logins.</summary>
    public void End(long beganAt, bool isAnswered)
    {
        lock (_sync)
        {
            _underWay--;
            _isFailing = !isAnswered;
            if (isAnswered)
            {
                _goodAt = _time.GetTimestamp();
                _callSeconds += Weight * (_time.GetElapsedTime(beganAt, _goodAt).TotalSeconds - _callSeconds);
            }
        }
    }

    /// <summary>How long a login would wait behind <paramref name="waiting"/> others.</summary>
    public TimeSpan ExpectedWait(int waiting)
    {
        lock (_sync)
        {
            return Expected(waiting);
        }
    }

    /// <summary>For how long register has failed to answer logins; zero when the latest call was answered.</summary>
    public TimeSpan FailingFor
    {
        get
        {
            lock (_sync)
            {
                return _isFailing ? _time.GetElapsedTime(_goodAt) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>
    /// When a client that can't be taken is to come back: when those who wait, and those who were told before it, will be through, and then
    /// some, at random, so that they don't come together.
    /// </summary>
    public TimeSpan RetryAfter(int waiting)
    {
        lock (_sync)
        {
            var now = _time.GetTimestamp();
            var most = now + Ticks(_options.MaxRetryAfter.TotalSeconds);

            // How long register will be away nobody knows; clients that come back after a part of the longest time find out soon enough.
            var expected = Expected(waiting).TotalSeconds;
            expected = _isFailing ? Math.Min(expected, _options.MaxRetryAfter.TotalSeconds / 4) : expected;
            _slotAt = Math.Min(most, Math.Max(_slotAt, now + Ticks(expected)) + Ticks(SecondsPerLogin()));
            var wait = Math.Max(_time.GetElapsedTime(now, _slotAt).TotalSeconds, _options.RetryAfter.TotalSeconds);
            return TimeSpan.FromSeconds(wait * (1 + (Random.Shared.NextDouble() / 2)));
        }
    }

    private TimeSpan Expected(int waiting)
    {
        // While nothing is answered the next answer is at least as far away as the last one. A call that seems to take longer than calls
        // can take was begun before the process stood still.
        var silent = _underWay > 0 || _isFailing ? _time.GetElapsedTime(_goodAt).TotalSeconds : 0;
        silent = _isFailing ? silent : Math.Min(silent, _options.CallTimeout.TotalSeconds);
        var rounds = (waiting / (_options.MaxBatch * _options.ConcurrentLoginCalls)) + 1;
        return TimeSpan.FromSeconds(Math.Max(waiting * LeastSecondsPerLogin(), Math.Max(rounds * _callSeconds, silent)));
    }

    private double SecondsPerLogin() => Math.Max(LeastSecondsPerLogin(), _callSeconds / (_options.MaxBatch * _options.ConcurrentLoginCalls));

    private double LeastSecondsPerLogin() => _options.LoginsPerSecond == 0 ? 0 : 1.0 / _options.LoginsPerSecond;

    private long Ticks(double seconds) => (long)(seconds * _time.TimestampFrequency);
}
