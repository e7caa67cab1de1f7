namespace Microservices.Center.Kept;

/// <summary>Messages that are kept (QoS 1, chat of apps that keep it). Section <c>Kept</c>.</summary>
internal sealed class KeptOptions
{
    public const string Section = "Kept";

    /// <summary>Calls to register with messages to keep that are under way at once; what comes meanwhile shares the next: the fewer, the less a message costs, and the longer one may wait. Default 2.</summary>
    public int ConcurrentCalls { get; set; } = 2;

    /// <summary>Messages (a push to 1,000 users is 1,000) that wait for register. More are refused with rate_limited. Default 20,000.</summary>
    public int MaxWaitingMessages { get; set; } = 20_000;

    /// <summary>Bytes that wait. Default 64 MiB.</summary>
    public long MaxWaitingBytes { get; set; } = 64 << 20;

    /// <summary>From its call on, how long a message with a key is tried again while register's store doesn't answer. Default 2 s.</summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a push that is kept waits for the bus before its caller is told that it will be delivered late. The bus goes on trying for its publish timeout;
    /// while it is known to be away nobody waits. Default 1 s.
    /// </summary>
    public TimeSpan BusPatience { get; set; } = TimeSpan.FromSeconds(1);
}
