using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Load.Publishing;

/// <summary>What became of what was published. Counted from many threads.</summary>
internal sealed class PublishCounters
{
    private readonly Lock _sync = new();
    private readonly Tally _failures = new();
    private readonly LatencyHistogram _answer = new();
    private long _broadcasts;
    private long _unicasts;

    /// <summary>Broadcasts that the center took.</summary>
    public long Broadcasts => Interlocked.Read(ref _broadcasts);

    /// <summary>Unicasts that the center took.</summary>
    public long Unicasts => Interlocked.Read(ref _unicasts);

    /// <summary>Counts one that was taken.</summary>
    public void Take(bool isBroadcast, long nanoseconds, bool isRecording)
    {
        if (isBroadcast)
        {
            Interlocked.Increment(ref _broadcasts);
        }
        else
        {
            Interlocked.Increment(ref _unicasts);
        }

        if (isRecording)
        {
            lock (_sync)
            {
                _answer.Record(nanoseconds);
            }
        }
    }

    /// <summary>Counts one that was not, by the status of the call or the outcome of the user.</summary>
    public void Fail(string reason)
    {
        lock (_sync)
        {
            _failures.Add(reason);
        }
    }

    /// <summary>Failures by reason, most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Failures()
    {
        lock (_sync)
        {
            return _failures.List();
        }
    }

    /// <summary>How long the center's answers took: a copy.</summary>
    public LatencyHistogram Answers()
    {
        lock (_sync)
        {
            return _answer.Copy();
        }
    }
}
