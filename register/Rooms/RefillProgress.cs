using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Rooms;

/// <summary>
/// Whether the live rooms have claimed their sessions again since the store may have lost some. Only rooms that were there at that time, or came
/// back within the two lease times in which no room is declared dead, have anything to claim. Used by one reader at a time.
/// </summary>
internal sealed class RefillProgress(RoomsOptions options, ILogger logger)
{
    private readonly HashSet<ulong> _silent = [];
    private ulong _number;
    private bool _isDone;

    public bool IsDone(RoomSnapshot snapshot)
    {
        if (snapshot.Refill.Number != _number)
        {
            if (_number != 0)
            {
                Log.RefillBegun(logger, snapshot.Refill.Number);
            }

            _number = snapshot.Refill.Number;
            _isDone = false;
            _silent.Clear();
        }

        var owing = snapshot.Rooms.Count(room => Owes(room, snapshot));
        if (owing == 0 && !_isDone && snapshot.Rooms.Count > 0)
        {
            Log.RefillDone(logger, snapshot.Rooms.Count, _number);
        }

        _isDone = owing == 0;
        return _isDone;
    }

    private bool Owes(Room room, RoomSnapshot snapshot)
    {
        var (number, since) = snapshot.Refill;
        if (snapshot.Refilled.GetValueOrDefault(room.Incarnation) == number)
        {
            return false;
        }

        // Incarnations are the store times at which they were granted.
        var granted = (long)Math.Min(room.Incarnation, long.MaxValue);
        if (granted > since + (2 * options.LeaseTime.TotalMicroseconds))
        {
            return false;
        }

        if (snapshot.StoreTime - Math.Max(since, granted) <= options.RefillPatience.TotalMicroseconds)
        {
            return true;
        }

        if (_silent.Add(room.Incarnation))
        {
            Log.RefillUnconfirmed(logger, room.Description.Name, room.Incarnation, number, options.RefillPatience.TotalSeconds);
        }

        return false;
    }
}
