namespace Microservices.Client.Messages;

/// <summary>
/// A message that the client has taken for sending. The protocol answers only when something is wrong, so a message without an
/// error has probably arrived, and one that was under way when the connection broke may be lost.
/// </summary>
public sealed class SentMessage
{
    private readonly TaskCompletionSource<ServerError?> _error = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;

    internal SentMessage(string id, TimeProvider time)
    {
        Id = id;
        _time = time;
    }

    /// <summary>The id that an error about this message carries.</summary>
    public string Id { get; }

    /// <summary>Waits for an error about this message.</summary>
    /// <param name="within">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null: none came in this time, or the client has sent so many since that it does not watch for it any more.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<ServerError?> WaitForErrorAsync(TimeSpan within, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _error.Task.WaitAsync(within, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    internal void Complete(ServerError? error) => _error.TrySetResult(error);
}
