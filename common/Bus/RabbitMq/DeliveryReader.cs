using System.Threading.Channels;
using Google.Protobuf;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Microservices.Bus.RabbitMq;

/// <summary>Takes what the broker delivers on one channel and hands it on in order. What waits here is bounded by the prefetch.</summary>
internal sealed class DeliveryReader<T>(IChannel channel, DeclaredQueue queue, MessageParser<T> parser, Destination from, BusMetrics metrics)
    : AsyncDefaultBasicConsumer(channel)
    where T : class, IMessage<T>
{
    private readonly Channel<Delivery<T>> _waiting =
        System.Threading.Channels.Channel.CreateUnbounded<Delivery<T>>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _delivered;

    /// <summary>Why no more comes; completes then.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Whether something came since this was last asked.</summary>
    public bool DeliveredSinceAsked() => Interlocked.Exchange(ref _delivered, 0) != 0;

    /// <summary>Waits for deliveries and takes up to <paramref name="most"/> of them.</summary>
    public async ValueTask TakeAsync(List<Delivery<T>> batch, int most, CancellationToken cancellationToken)
    {
        await _waiting.Reader.WaitToReadAsync(cancellationToken);
        while (batch.Count < most && _waiting.Reader.TryRead(out var delivery))
        {
            batch.Add(delivery);
        }
    }

    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        if (consumerTag == queue.Overflow)
        {
            _waiting.Writer.TryWrite(new(deliveryTag, null, DropReason.Overflow));
            return Task.CompletedTask;
        }

        if (redelivered)
        {
            metrics.Redelivered(from, 1);
        }

        Volatile.Write(ref _delivered, 1);

        // Parsed here: the bytes are the library's again when this returns.
        _waiting.Writer.TryWrite(Read(deliveryTag, properties, body));
        return Task.CompletedTask;
    }

    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        _ended.TrySetResult(reason.ReplyText);
        return base.HandleChannelShutdownAsync(channel, reason);
    }

    protected override Task OnCancelAsync(string[] consumerTags, CancellationToken cancellationToken = default)
    {
        _ended.TrySetResult("the queue was deleted");
        return base.OnCancelAsync(consumerTags, cancellationToken);
    }

    private Delivery<T> Read(ulong tag, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        if (MessageVersion.Of(properties.Headers) is { } version && version != MessageVersion.Current)
        {
            return new(tag, null, DropReason.Version);
        }

        try
        {
            return MessageVersion.Of(properties.Headers) is null ? new(tag, null, DropReason.Unreadable) : new(tag, parser.ParseFrom(body.Span), default);
        }
        catch (InvalidProtocolBufferException)
        {
            return new(tag, null, DropReason.Unreadable);
        }
    }
}
