using Google.Protobuf;
using Microservices.Bus.Handling;
using RabbitMQ.Client;

namespace Microservices.Bus.RabbitMq;

/// <summary>Consuming a queue on one channel, until the channel ends or the consumer stops.</summary>
internal sealed class ConsumeSession<T> : IDisposable
    where T : class, IMessage<T>
{
    private readonly ConsumedQueue<T> _queue;
    private readonly IChannel _channel;
    private readonly DeliveryReader<T> _reader;
    private readonly Discards _discards;
    private readonly CancellationTokenSource _ours;
    private readonly CancellationTokenSource _continue;
    private readonly List<Delivery<T>> _batch = [];
    private readonly List<T> _messages = [];
    private readonly List<int> _refused = [];

    public ConsumeSession(
        ConsumedQueue<T> queue,
        IChannel channel,
        DeliveryReader<T> reader,
        Discards discards,
        CancellationToken connectionEnded,
        CancellationToken stopping,
        CancellationToken impatient)
    {
        (_queue, _channel, _reader, _discards) = (queue, channel, reader, discards);
        _ours = CancellationTokenSource.CreateLinkedTokenSource(connectionEnded, impatient);
        _continue = CancellationTokenSource.CreateLinkedTokenSource(_ours.Token, stopping);
        _ = CancelAtEndAsync(reader.Ended, _ours);
    }

    /// <summary>Returns why the channel ended.</summary>
    public async Task<string> RunAsync()
    {
        var tokens = new HandlingTokens(_ours.Token, _continue.Token);
        try
        {
            _queue.Handler.Interrupted();
            while (!_continue.IsCancellationRequested)
            {
                _batch.Clear();
                await _reader.TakeAsync(_batch, _queue.Prefetch, _continue.Token);
                await HandleAsync(tokens);
            }
        }
        catch (OperationCanceledException) when (_continue.IsCancellationRequested)
        {
            // The channel ended or the consumer stops.
        }

        return _reader.Ended.IsCompleted ? await _reader.Ended : "closed";
    }

    public void Dispose()
    {
        _continue.Dispose();
        _ours.Dispose();
    }

    private static async Task CancelAtEndAsync(Task ended, CancellationTokenSource ours)
    {
        await ended;
        try
        {
            await ours.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The session was over before its channel.
        }
    }

    private async Task HandleAsync(HandlingTokens tokens)
    {
        _messages.Clear();
        foreach (var delivery in _batch)
        {
            if (delivery.Message is { } message)
            {
                _messages.Add(message);
            }
        }

        if (_messages.Count < _batch.Count)
        {
            _queue.Handler.Interrupted();
        }

        _refused.Clear();
        var finished = _messages.Count == 0 ? 0 : await _queue.Handler.HandleAsync(_messages, _refused, tokens);
        tokens.Ours.ThrowIfCancellationRequested();
        await SettleAsync(finished, tokens.Ours);
    }

    /// <summary>Refuses what can't be used or was given up (it becomes a dead letter where there is such a queue), and acknowledges the rest.</summary>
    private async Task SettleAsync(int finished, CancellationToken cancellationToken)
    {
        var (message, settled) = (0, 0UL);
        foreach (var delivery in _batch)
        {
            if (delivery.Message is null)
            {
                _discards.Add(delivery.Fault);
                await _channel.BasicNackAsync(delivery.Tag, multiple: false, requeue: false, cancellationToken);
                continue;
            }

            if (message == finished)
            {
                break;
            }

            if (_refused.Contains(message))
            {
                await _channel.BasicNackAsync(delivery.Tag, multiple: false, requeue: false, cancellationToken);
            }
            else
            {
                settled = delivery.Tag;
            }

            message++;
        }

        if (settled != 0)
        {
            await _channel.BasicAckAsync(settled, multiple: true, cancellationToken);
        }
    }
}
