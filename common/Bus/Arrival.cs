using System.Threading.Channels;

namespace Microservices.Bus;

/// <summary>Wakes one reader. A signal that comes before the wait isn't lost; several count as one.</summary>
internal sealed class Arrival
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Signal() => _signal.Writer.TryWrite(true);

    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _signal.Reader.ReadAsync(cancellationToken);
}
