namespace Microservices.Client.Messages;

/// <summary>A part of a channel as the server has it.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Messages">In the order of their positions.</param>
/// <param name="Covered">The page tells of everything up to here; the next fetch begins behind it.</param>
/// <param name="HasMore">There was more behind it.</param>
public sealed record MessagePage(string Channel, IReadOnlyList<PushMessage> Messages, MessagePosition Covered, bool HasMore);
