namespace Microservices.Bus.RabbitMq;

/// <summary>A consumer of one queue, whatever its messages are.</summary>
internal interface IQueueConsumer : IAsyncDisposable
{
    /// <summary>Why messages don't flow; null while they do.</summary>
    string? Fault { get; }

    /// <summary>Completes when messages flow for the first time.</summary>
    Task AttachedAsync(CancellationToken cancellationToken);
}
