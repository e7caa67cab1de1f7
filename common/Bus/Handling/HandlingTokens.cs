namespace Microservices.Bus.Handling;

/// <param name="Ours">Cancelled when the messages are not ours any more: what the handler does with them is for nothing.</param>
/// <param name="Continue">Cancelled as soon as the consumer stops: the work at hand is finished, no further is begun.</param>
internal readonly record struct HandlingTokens(CancellationToken Ours, CancellationToken Continue);
