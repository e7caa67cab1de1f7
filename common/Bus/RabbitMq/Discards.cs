using Microsoft.Extensions.Logging;

namespace Microservices.Bus.RabbitMq;

/// <summary>Counts messages of a queue that this build can't use, and says so, but not for each of a flood.</summary>
internal sealed class Discards(string queue, Destination from, BusMetrics metrics, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private long _lastLine;
    private long _since;
    private bool _said;

    public void Add(DropReason reason)
    {
        metrics.Dropped(from, reason);
        if (_said && time.GetElapsedTime(_lastLine) < Quiet)
        {
            _since++;
            return;
        }

        var why = reason switch
        {
            DropReason.Version => $"it has another version of the contract than {MessageVersion.Current}, the one that this build knows",
            DropReason.Overflow => "the queue was full, and it was the oldest",
            _ => "it is not a message of this contract",
        };
        Log.SetAside(logger, queue, why, _since);
        (_said, _lastLine, _since) = (true, time.GetTimestamp(), 0);
    }
}
