namespace Microservices.Register.Store;

/// <summary>A reading of the store that callers share: one runs at a time, and a caller takes the outcome of any that began after it asked.</summary>
internal sealed class SharedReading<T>(Func<CancellationToken, Task<T>> read, TimeProvider time) : IDisposable
    where T : class
{
    private readonly SemaphoreSlim _turn = new(1);
    private long _startedAt = long.MinValue;
    private T? _value;
    private StoreUnavailableException? _fault;

    /// <exception cref="StoreUnavailableException">The store didn't answer.</exception>
    public async Task<T> GetAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Also of a fault: callers that wait for a silent store must not wait for it one after the other.
            return _startedAt <= asked ? await ReadAsync(cancellationToken)
                : _value ?? throw new StoreUnavailableException(_fault!.Where, _fault.Why, _fault);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<T> ReadAsync(CancellationToken cancellationToken)
    {
        // A reading that was cancelled leaves nothing behind: the next caller reads for itself.
        var startedAt = time.GetTimestamp();
        try
        {
            var value = await read(cancellationToken);
            (_startedAt, _value, _fault) = (startedAt, value, null);
            return value;
        }
        catch (StoreUnavailableException fault)
        {
            (_startedAt, _value, _fault) = (startedAt, null, fault);
            throw;
        }
    }
}
