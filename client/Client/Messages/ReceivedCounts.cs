namespace Microservices.Client.Messages;

/// <summary>What a client did with what arrived, since it was created.</summary>
/// <param name="Handled">Messages that were handed over, kept ones and others.</param>
/// <param name="Repeats">Kept messages that had come before; they were not handed over again.</param>
/// <param name="Dropped">Messages that nobody acknowledges and that came faster than they were handled.</param>
/// <param name="Faults">How often a handler or the cursor store failed and was tried again.</param>
public sealed record ReceivedCounts(long Handled, long Repeats, long Dropped, long Faults);
