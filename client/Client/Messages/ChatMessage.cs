namespace Microservices.Client.Messages;

/// <summary>Chat that arrived.</summary>
/// <param name="Audience">Whom it went to.</param>
/// <param name="From">Who says it, as verified by the server.</param>
/// <param name="Text">What is said.</param>
public sealed record ChatMessage(ChatAudience Audience, string From, string Text);
