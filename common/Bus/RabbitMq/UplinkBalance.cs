using Microservices.Contracts.Bus;
using Microsoft.Extensions.Logging;

namespace Microservices.Bus.RabbitMq;

/// <summary>
/// Shares the uplink queues between the consumers of all centers. The broker gives a queue to the consumer that came first, so the
/// first center would have all of them. Whoever is at work on more than its share leaves some queues and lines up again at their end.
/// </summary>
internal sealed class UplinkBalance : IAsyncDisposable
{
    private readonly IReadOnlyList<QueueConsumer<UplinkMessage>> _consumers;
    private readonly RabbitLink _link;
    private readonly TimeSpan _interval;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    public UplinkBalance(IReadOnlyList<QueueConsumer<UplinkMessage>> consumers, RabbitLink link, TimeSpan interval, ILogger logger, TimeProvider time)
    {
        (_consumers, _link, _interval, _logger, _time) = (consumers, link, interval, logger, time);
        _loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
    }

    /// <summary>How many of <paramref name="active"/> queues to give up when <paramref name="consumers"/> share all of them.</summary>
    internal static int Excess(int active, int consumers) =>
        Math.Max(0, active - ((UplinkQueues.Count + consumers - 1) / Math.Max(consumers, 1)));

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(_interval, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // The broker doesn't say whose turn it is. Where nothing came, it doesn't matter either.
            var active = _consumers.Where(static consumer => consumer.DeliveredSinceAsked()).ToArray();
            if (active.Length == 0 || _stopping.IsCancellationRequested)
            {
                continue;
            }

            try
            {
                YieldExcess(active, await CountConsumersAsync(active[0].Name));
            }
            catch (Exception)
            {
                // The connection's own loops tell what is wrong with it; the next round asks again.
            }
        }
    }

    private void YieldExcess(QueueConsumer<UplinkMessage>[] active, int consumers)
    {
        var excess = Excess(active.Length, consumers);
        if (excess == 0)
        {
            return;
        }

        Log.GivingUpQueues(_logger, excess, active.Length, consumers);
        Random.Shared.Shuffle(active);
        foreach (var consumer in active.Take(excess))
        {
            consumer.Yield();
        }
    }

    private async Task<int> CountConsumersAsync(string queue)
    {
        var live = await _link.ConnectedAsync(_stopping.Token);
        await using var channel = await live.Connection.CreateChannelAsync(cancellationToken: _stopping.Token);
        return (int)(await channel.QueueDeclarePassiveAsync(queue, _stopping.Token)).ConsumerCount;
    }
}
