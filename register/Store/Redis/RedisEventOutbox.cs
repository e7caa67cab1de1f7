using System.Globalization;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>The outbox in Redis: of each partition a sorted set of events by their changes, and the hold.</summary>
internal sealed class RedisEventOutbox(RedisClient redis, ILogger<RedisEventOutbox> logger) : IEventOutbox
{
    private const int BusyState = 1;
    private const int TakenState = 2;

    public async Task<OutboxTurn> TakeAsync(int partition, string owner, TimeSpan hold, int limit, CancellationToken cancellationToken)
    {
        var result = await redis.RunAsync(
            Script.EventsTake, [Keys.Events(partition), Keys.Relay(partition)], [owner, (long)hold.TotalMicroseconds, limit], cancellationToken);
        return (int)result[0] switch
        {
            TakenState => ReadTurn(partition, (ulong)result[1], (string[])result[2]!),
            BusyState => OutboxTurn.Busy,
            _ => OutboxTurn.Empty,
        };
    }

    public async Task<bool> RemoveAsync(int partition, ulong fence, ulong uptoChange, CancellationToken cancellationToken) =>
        (int)await redis.RunAsync(
            Script.EventsRemove, [Keys.Events(partition), Keys.Relay(partition)], [Keys.Decimal(fence), Keys.Decimal(uptoChange)], cancellationToken) == 1;

    public async Task<IReadOnlyList<int>> PendingAsync(CancellationToken cancellationToken)
    {
        var calls = await redis.PipelineAsync(
            "events_pending", Partition.Count, (database, partition) => database.KeyExistsAsync(Keys.Events(partition)), cancellationToken);
        return [.. redis.Answered(calls).Where(static answer => answer.Result).Select(static answer => answer.Index)];
    }

    private OutboxTurn ReadTurn(int partition, ulong fence, string[] flat)
    {
        List<PresenceEvent> events = new(flat.Length / 2);
        var change = 0ul;
        for (var i = 0; i < flat.Length; i += 2)
        {
            change = ulong.Parse(flat[i + 1], CultureInfo.InvariantCulture);
            if (EventRecord.Read(partition, flat[i], change) is { } @event)
            {
                events.Add(@event);
            }
            else
            {
                Log.RecordUnreadable(logger, Keys.Events(partition)!, flat[i + 1]);
            }
        }

        return new OutboxTurn(OutboxState.Taken, fence, events, change);
    }
}
