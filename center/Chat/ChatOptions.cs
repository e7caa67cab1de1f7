namespace Microservices.Center.Chat;

/// <summary>Chat that clients send up. Section <c>Chat</c>.</summary>
internal sealed class ChatOptions
{
    public const string Section = "Chat";

    /// <summary>A message that a gateway received longer ago is dropped and counted: after an outage nobody waits for old talk. Default 5 min.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How many of the last messages of each uplink queue are remembered, so that repeats of the bus are dropped; about 80 bytes each. It must
    /// hold what a broker may deliver again at once, which is what a center holds unconfirmed. Default 4,096.
    /// </summary>
    public int RepeatWindow { get; set; } = 4_096;

    /// <summary>The pause before a batch is tried again when register or the bus was away; it doubles up to <see cref="MaxRetryPause"/>. Default 250 ms.</summary>
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause between attempts. Default 2 s.</summary>
    public TimeSpan MaxRetryPause { get; set; } = TimeSpan.FromSeconds(2);
}
