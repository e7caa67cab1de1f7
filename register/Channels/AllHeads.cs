using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Channels;

/// <summary>
/// The heads of all channels "all", read after somebody asked. Renewals that come together share a reading, and readings keep a distance:
/// however many rooms a register has, it reads them at most ten times a second.
/// </summary>
internal sealed class AllHeads : IDisposable
{
    private static readonly TimeSpan LongestDistance = TimeSpan.FromMilliseconds(100);
    private readonly IChannelStore _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly TimeSpan _distance;
    private readonly SharedReading<IReadOnlyDictionary<string, LogPosition>> _reading;
    private long _readAt;

    public AllHeads(IChannelStore store, IOptions<RoomsOptions> rooms, TimeProvider time)
    {
        _store = store;
        _time = time;

        // A renewal must not wait for long.
        _patience = rooms.Value.RenewalPace / 4;
        _distance = rooms.Value.RenewalPace / 32 < LongestDistance ? rooms.Value.RenewalPace / 32 : LongestDistance;
        _reading = new SharedReading<IReadOnlyDictionary<string, LogPosition>>(ReadStoreAsync, time);
    }

    /// <summary>By app; null: the store didn't answer soon enough.</summary>
    public async Task<IReadOnlyDictionary<string, LogPosition>?> ReadAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _reading.GetAsync(either.Token);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => _reading.Dispose();

    private async Task<IReadOnlyDictionary<string, LogPosition>> ReadStoreAsync(CancellationToken cancellationToken)
    {
        if (_readAt != 0 && _distance - _time.GetElapsedTime(_readAt) is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _time, cancellationToken);
        }

        _readAt = _time.GetTimestamp();
        return await _store.HeadsAsync(cancellationToken);
    }
}
