using System.Collections.Concurrent;
using System.Globalization;
using Microservices.Contracts.Bus;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Microservices.Bus.RabbitMq;

/// <summary>
/// The exchanges and queues (docs/adr/0005-bus-topology.md). Both sides declare what they need: who comes first makes it.
/// <code>
/// rooms (direct, key = incarnation) ─┐
///                                    ├─▶ room.&lt;incarnation&gt; ── overflow, too old ──▶ room.&lt;incarnation&gt;.lost
/// rooms.all (fanout) ────────────────┘
/// uplink (direct, key = number) ───────▶ uplink.00 … uplink.15 ── refused ──▶ uplink.dead
/// presence (topic, key = app.kind) ────▶ presence.&lt;random&gt;, one a subscription ── overflow ──▶ presence.&lt;random&gt;.lost
/// </code>
/// </summary>
internal sealed class Topology(BusOptions options, ILogger logger)
{
    public const string Rooms = "rooms";
    public const string AllRooms = "rooms.all";
    public const string Uplink = "uplink";
    public const string DeadLetters = "uplink.dead";
    public const string Presence = "presence";

    private const ushort PreconditionFailed = 406;

    /// <summary>The queues that were found with other limits; each is told of once.</summary>
    private readonly ConcurrentDictionary<string, bool> _told = new();

    public static string RoomKey(ulong incarnation) => incarnation.ToString("x16", CultureInfo.InvariantCulture);

    public static string RoomQueue(ulong incarnation) => $"room.{RoomKey(incarnation)}";

    public static string UplinkKey(int queue) => queue.ToString("D2", CultureInfo.InvariantCulture);

    public static string UplinkQueue(int queue) => $"uplink.{UplinkKey(queue)}";

    public static string PresenceKey(PresenceEvent change) => change.Kind switch
    {
        PresenceEvent.Types.Kind.Online => $"{change.App}.online",
        PresenceEvent.Types.Kind.Away => $"{change.App}.away",
        PresenceEvent.Types.Kind.Back => $"{change.App}.back",
        PresenceEvent.Types.Kind.Offline => $"{change.App}.offline",

        // A register relays what a newer one has stored.
        _ => $"{change.App}.other",
    };

    /// <summary>Everything that a publisher needs: the exchanges, and the queues that messages can wait in before anybody consumes them.</summary>
    public async Task DeclareAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken))
        {
            await channel.ExchangeDeclareAsync(Rooms, ExchangeType.Direct, durable: true, cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(AllRooms, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(Presence, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        }

        for (var queue = 0; queue < UplinkQueues.Count; queue++)
        {
            await DeclareUplinkAsync(connection, queue, cancellationToken);
        }

        await DeclareQueueAsync(connection, DeadLetters, binding: null, DeadLetterArguments(), cancellationToken);
    }

    /// <summary>The queue of a room, bound to both exchanges, and beside it one that says so when the first dropped messages. Both wait for a room that lost its connection.</summary>
    public async Task<DeclaredQueue> DeclareRoomAsync(IChannel channel, ulong incarnation, CancellationToken cancellationToken)
    {
        var queue = RoomQueue(incarnation);
        var lost = $"{queue}.lost";
        await channel.ExchangeDeclareAsync(Rooms, ExchangeType.Direct, durable: true, cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(AllRooms, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(lost, durable: true, exclusive: false, autoDelete: false, RoomLostArguments(), cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, RoomArguments(lost), cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, Rooms, RoomKey(incarnation), cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, AllRooms, "", cancellationToken: cancellationToken);
        return new(queue, lost);
    }

    /// <summary>One uplink queue.</summary>
    public async Task<DeclaredQueue> DeclareUplinkAsync(IConnection connection, int queue, CancellationToken cancellationToken)
    {
        await DeclareQueueAsync(connection, UplinkQueue(queue), UplinkKey(queue), UplinkArguments(), cancellationToken);
        return new(UplinkQueue(queue));
    }

    /// <summary>
    /// A new queue that is this channel's alone, bound to all presence events, and beside it one that says so when the first runs over. The
    /// names are new each time: the broker holds those of a connection that broke until it notices.
    /// </summary>
    public async Task<DeclaredQueue> DeclarePresenceAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var queue = $"{Presence}.{Guid.NewGuid():n}";
        var lost = $"{queue}.lost";
        await channel.ExchangeDeclareAsync(Presence, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(lost, durable: false, exclusive: true, autoDelete: true, LostArguments(), cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true, PresenceArguments(lost), cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, Presence, "#", cancellationToken: cancellationToken);
        return new(queue, lost);
    }

    private Dictionary<string, object?> RoomArguments(string lost) => new()
    {
        ["x-queue-type"] = "classic",
        ["x-expires"] = (long)options.RoomQueueExpiry.TotalMilliseconds,
        ["x-message-ttl"] = (long)options.RoomMessageTimeToLive.TotalMilliseconds,
        ["x-max-length-bytes"] = options.RoomQueueMaxBytes,
        ["x-overflow"] = "drop-head",
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = lost,
    };

    private Dictionary<string, object?> RoomLostArguments() => new(LostArguments())
    {
        ["x-expires"] = (long)options.RoomQueueExpiry.TotalMilliseconds,
    };

    private Dictionary<string, object?> UplinkArguments() => new()
    {
        ["x-queue-type"] = "classic",
        ["x-single-active-consumer"] = true,
        ["x-max-length-bytes"] = options.UplinkQueueMaxBytes,
        ["x-overflow"] = "reject-publish",
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = DeadLetters,
    };

    private Dictionary<string, object?> PresenceArguments(string lost) => new()
    {
        ["x-queue-type"] = "classic",
        ["x-max-length-bytes"] = options.PresenceQueueMaxBytes,
        ["x-overflow"] = "drop-head",
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = lost,
    };

    private static Dictionary<string, object?> LostArguments() => new()
    {
        ["x-queue-type"] = "classic",
        ["x-max-length"] = 1,
        ["x-overflow"] = "drop-head",
    };

    private Dictionary<string, object?> DeadLetterArguments() => new()
    {
        ["x-queue-type"] = "classic",
        ["x-max-length-bytes"] = options.DeadLetterMaxBytes,
        ["x-overflow"] = "drop-head",
    };

    private async Task DeclareQueueAsync(
        IConnection connection, string queue, string? binding, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        // A channel each: a declaration that is refused closes its channel.
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken))
        {
            if (await TryDeclareAsync(channel, queue, arguments, cancellationToken))
            {
                await BindAsync(channel, queue, binding, cancellationToken);
                return;
            }
        }

        await using var other = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await BindAsync(other, queue, binding, cancellationToken);
    }

    /// <summary>False: it was made with other limits. It holds messages and works: a changed limit must not stop the service.</summary>
    private async Task<bool> TryDeclareAsync(IChannel channel, string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        try
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
            return true;
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason?.ReplyCode == PreconditionFailed)
        {
            if (_told.TryAdd(queue, true))
            {
                Log.QueueHasOtherArguments(logger, queue, refused.ShutdownReason.ReplyText);
            }

            return false;
        }
    }

    private static async Task BindAsync(IChannel channel, string queue, string? binding, CancellationToken cancellationToken)
    {
        if (binding is not null)
        {
            await channel.ExchangeDeclareAsync(Uplink, ExchangeType.Direct, durable: true, cancellationToken: cancellationToken);
            await channel.QueueBindAsync(queue, Uplink, binding, cancellationToken: cancellationToken);
        }
    }
}
