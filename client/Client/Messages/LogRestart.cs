namespace Microservices.Client.Messages;

/// <summary>
/// The epoch of a channel's log has risen: the server lost data, and messages behind <see cref="Old"/> may be gone; or the log was empty for so
/// long that it was begun anew.
/// </summary>
/// <param name="Channel">The channel.</param>
/// <param name="Old">The cursor.</param>
/// <param name="New">The first message of the new epoch; it is handed over next.</param>
public sealed record LogRestart(string Channel, MessagePosition Old, MessagePosition New)
{
    /// <summary>The further app whose channel it is; empty for the client's own.</summary>
    public string App { get; init; } = "";
}
