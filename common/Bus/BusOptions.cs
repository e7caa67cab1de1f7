namespace Microservices.Bus;

/// <summary>Section <c>Bus</c>. See docs/configuration/bus.md.</summary>
public sealed class BusOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Bus";

    /// <summary>The value of <see cref="Kind"/> for a bus through RabbitMQ.</summary>
    public const string RabbitMq = "rabbitmq";

    /// <summary>The value of <see cref="Kind"/> for a bus inside this process.</summary>
    public const string InProcess = "in-process";

    /// <summary><c>rabbitmq</c> or <c>in-process</c>. Default <c>rabbitmq</c>.</summary>
    public string Kind { get; set; } = RabbitMq;

    /// <summary><c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c> for TLS. This or <see cref="UriFile"/> is needed for RabbitMQ.</summary>
    public string? Uri { get; set; }

    /// <summary>A file with the address in place of <see cref="Uri"/>. Read again at each attempt to connect, so that a password can be changed.</summary>
    public string? UriFile { get; set; }

    /// <summary>How long a publish waits for the bus to take the message. Default 2 s; 100 ms to 60 s.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many messages are on their way to the broker without its confirm. More wait. Default 1,024.</summary>
    public int MaxInFlight { get; set; } = 1_024;

    /// <summary>How many messages wait for one of those places. One more is refused at once. Default 16,384.</summary>
    public int MaxWaiting { get; set; } = 16_384;

    /// <summary>How many bytes wait. Default 64 MiB.</summary>
    public long MaxWaitingBytes { get; set; } = 64 << 20;

    /// <summary>A room's queue drops its oldest messages above this. Default 64 MiB.</summary>
    public long RoomQueueMaxBytes { get; set; } = 64 << 20;

    /// <summary>A room's queue that nobody consumes for so long is deleted. Default 60 s.</summary>
    public TimeSpan RoomQueueExpiry { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A message that waits for a room for longer is dropped. Default 60 s.</summary>
    public TimeSpan RoomMessageTimeToLive { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Each of the 16 uplink queues refuses more above this. Default 64 MiB.</summary>
    public long UplinkQueueMaxBytes { get; set; } = 64 << 20;

    /// <summary>The queue of dead letters drops its oldest above this. Default 64 MiB.</summary>
    public long DeadLetterMaxBytes { get; set; } = 64 << 20;

    /// <summary>How many messages a room takes from its queue ahead of handling them. Default 500.</summary>
    public int RoomPrefetch { get; set; } = 500;

    /// <summary>How many messages a consumer takes from each uplink queue ahead of handling them, and the largest batch. Default 256.</summary>
    public int UplinkPrefetch { get; set; } = 256;

    /// <summary>The queue of a presence subscription drops its oldest events above this. Default 64 MiB.</summary>
    public long PresenceQueueMaxBytes { get; set; } = 64 << 20;

    /// <summary>How many events a presence subscription takes from its queue ahead of handling them. Default 1,000.</summary>
    public int PresencePrefetch { get; set; } = 1_000;

    /// <summary>How often a consumer that has more than its share of the uplink queues gives some up to the others. Default 15 s.</summary>
    public TimeSpan UplinkBalanceInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often an uplink batch is given to a handler that throws, before its messages are given one by one. Default 8.</summary>
    public int MaxAttempts { get; set; } = 8;

    /// <summary>The pause before the second attempt; it doubles from one to the next. Default 200 ms.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between attempts. Default 5 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Heartbeat of the connection to RabbitMQ; a silent broker is given up after two. Default 5 s; 1 to 60 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an attempt to connect may take. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause between attempts to connect; the first is 200 ms, and it doubles. Default 5 s.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many messages a queue of the bus inside a process holds. Its limits in bytes are those above. Default 100,000.</summary>
    public int InProcessMaxMessages { get; set; } = 100_000;
}
