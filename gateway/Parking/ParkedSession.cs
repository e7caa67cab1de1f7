using Microservices.Gateway.Liveness;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Parking;

/// <summary>
/// A session whose link broke, and the frames that came for it since, one behind the other: a frame begins with its length. It is its own node
/// in the wheel.
/// </summary>
internal sealed class ParkedSession(Session session, ParkingLot lot) : WheelEntry
{
    private const int FirstBytes = 512;

    // Guarded by this, as are the two below. Within it only counters are touched.
    private byte[] _frames = [];
    private int _bytes;
    private State _state;

    private enum State : byte
    {
        /// <summary>It waits for its client; frames are kept.</summary>
        Open,

        /// <summary>The session has ended because its user logged in again; that login may still ask for the frames.</summary>
        Ended,

        /// <summary>Nothing is left of it.</summary>
        Empty,
    }

    public Session Session => session;

    /// <summary>The session has not ended.</summary>
    public bool IsOpen
    {
        get
        {
            lock (this)
            {
                return _state == State.Open;
            }
        }
    }

    /// <summary>Keeps a frame.</summary>
    /// <returns>Null: it is no longer parked. False: there is no room.</returns>
    public bool? TryKeep(ReadOnlySpan<byte> frame)
    {
        lock (this)
        {
            if (_state != State.Open)
            {
                return null;
            }

            if (_bytes + frame.Length > lot.MaxBytes || !lot.TryReserve(frame.Length))
            {
                return false;
            }

            if (_bytes + frame.Length > _frames.Length)
            {
                Array.Resize(ref _frames, Math.Max(_bytes + frame.Length, Math.Clamp(2 * _frames.Length, FirstBytes, Math.Max(FirstBytes, lot.MaxBytes))));
            }

            frame.CopyTo(_frames.AsSpan(_bytes));
            _bytes += frame.Length;
            return true;
        }
    }

    /// <summary>The session ends; its frames stay for the login that ended it.</summary>
    /// <returns>True for the one caller that ends it.</returns>
    public bool TryEnd()
    {
        lock (this)
        {
            var ends = _state == State.Open;
            _state = ends ? State.Ended : _state;
            return ends;
        }
    }

    /// <summary>Gives the frames away and keeps nothing more.</summary>
    /// <param name="ended">Whether this ended the session.</param>
    public ReadOnlyMemory<byte> Empty(out bool ended)
    {
        lock (this)
        {
            ended = _state == State.Open;
            _state = State.Empty;
            var frames = _frames.AsMemory(0, _bytes);
            (_frames, _bytes) = ([], 0);
            return frames;
        }
    }

    protected internal override void OnDue() => lot.Expire(this);
}
