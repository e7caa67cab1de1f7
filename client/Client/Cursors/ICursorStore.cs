using Microservices.Client.Messages;

namespace Microservices.Client.Cursors;

/// <summary>
/// Keeps how far a client has handled its channels. May be used by several clients at once; a client saves one cursor after another. An
/// exception is treated like one of a handler (<see cref="Receiving.ReceiveOptions.OnFault"/>): nothing is acknowledged that is not saved.
/// </summary>
public interface ICursorStore
{
    /// <summary>The cursor as it was last saved; null = there is none.</summary>
    ValueTask<MessagePosition?> LoadAsync(CursorKey key, CancellationToken cancellationToken);

    /// <summary>Keeps the cursor; returns when it would survive what the store is to survive.</summary>
    ValueTask SaveAsync(CursorKey key, MessagePosition position, CancellationToken cancellationToken);
}
