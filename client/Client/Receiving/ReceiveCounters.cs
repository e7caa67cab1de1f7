using Microservices.Client.Messages;

namespace Microservices.Client.Receiving;

/// <summary>Counts what a client receives.</summary>
internal sealed class ReceiveCounters
{
    private long _handled;
    private long _repeats;
    private long _dropped;
    private long _faults;

    public ReceivedCounts Now => new(
        Interlocked.Read(ref _handled), Interlocked.Read(ref _repeats), Interlocked.Read(ref _dropped), Interlocked.Read(ref _faults));

    public void Handled() => Interlocked.Increment(ref _handled);

    public void Repeated() => Interlocked.Increment(ref _repeats);

    public void Dropped() => Interlocked.Increment(ref _dropped);

    public void Faulted() => Interlocked.Increment(ref _faults);
}
