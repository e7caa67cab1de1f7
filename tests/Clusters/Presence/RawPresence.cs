using System.Collections.Concurrent;
using Microservices.Contracts.Bus;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Microservices.Clusters.Presence;

/// <summary>Consumes the exchange of presence events past the product: everything that is published, in the order in which it came.</summary>
public sealed class RawPresence : IAsyncDisposable
{
    private const string Exchange = "presence";

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(10);

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentDictionary<uint, ulong> _latest = new();
    private int _gaps;

    private RawPresence(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <summary>Every delivery, repeats included.</summary>
    public ConcurrentQueue<PresenceEvent> Events { get; } = new();

    /// <summary>Events that named another one before them than the latest that was seen of their partition.</summary>
    public int Gaps => Volatile.Read(ref _gaps);

    public static async Task<RawPresence> StartAsync(string busUri)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(busUri) }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var presence = new RawPresence(connection, channel);
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, Exchange, "#");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            presence.Take(PresenceEvent.Parser.ParseFrom(delivery.Body.Span));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return presence;
    }

    /// <summary>The events of a user in the order of their first delivery.</summary>
    public IReadOnlyList<PresenceEvent> Of(string user) => [.. Events.Where(happened => happened.User == user).DistinctBy(static happened => (happened.Epoch, happened.Change))];

    public async ValueTask DisposeAsync()
    {
        await EndAsync(_channel);
        await EndAsync(_connection);
    }

    // The library may wait for ever when its link broke or its broker stood still meanwhile; what is left ends with the process.
    private static async Task EndAsync(IAsyncDisposable part)
    {
        try
        {
            await part.DisposeAsync().AsTask().WaitAsync(CloseTimeout);
        }
        catch (Exception fault) when (fault is TimeoutException or IOException or RabbitMQClientException)
        {
            // It is not needed any more.
        }
    }

    private void Take(PresenceEvent happened)
    {
        var latest = _latest.GetValueOrDefault(happened.Partition);
        if (happened.Change > latest)
        {
            if (latest != 0 && happened.Previous != latest)
            {
                Interlocked.Increment(ref _gaps);
            }

            _latest[happened.Partition] = happened.Change;
        }

        Events.Enqueue(happened);
    }
}
