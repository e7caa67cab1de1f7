namespace Microservices.Client.Messages;

/// <summary>Where a connection puts what arrives.</summary>
/// <param name="Chat">Takes chat.</param>
/// <param name="Push">Takes pushes.</param>
/// <param name="Error">Takes errors of requests.</param>
internal sealed record Inbox(Action<ChatMessage> Chat, Action<PushMessage> Push, Action<ServerError> Error);
