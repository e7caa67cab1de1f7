using Microservices.Dispatcher.Rooms;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Selection;

/// <summary>
/// Chooses the addresses for a client:
/// 1. every room that may be named draws a score for the user; rooms of which every address failed go to the end, then full and kept ones, then low scores;
/// 2. the first rooms are taken;
/// 3. each names its addresses in the operator's order, an even share each, one room after the other, so that a client stays with its room when a port is blocked;
/// 4. what is left of the answer is filled with their further addresses, and last of all with those that failed.
/// </summary>
internal sealed class AddressSelector(IOptions<SelectionOptions> options, TimeProvider time)
{
    private readonly int _maxRooms = options.Value.MaxRooms;
    private readonly int _maxAddresses = options.Value.MaxAddresses;

    /// <summary>The longest answer, addresses.</summary>
    public int MaxAddresses => _maxAddresses;

    /// <summary>Writes the addresses, best first, and returns how many.</summary>
    /// <param name="chosen">At least <see cref="MaxAddresses"/> long.</param>
    public int Select(ReadOnlySpan<RoomCandidate> rooms, ulong userHash, ReadOnlySpan<FailedAddress> failed, Span<RoomAddress> chosen)
    {
        Span<Rank> ranks = stackalloc Rank[SelectionOptions.Most];
        var taken = Best(rooms, userHash, failed, ranks[.._maxRooms]);
        return taken.IsEmpty ? 0 : Name(rooms, taken, failed, chosen[.._maxAddresses]);
    }

    private ReadOnlySpan<Rank> Best(ReadOnlySpan<RoomCandidate> rooms, ulong userHash, ReadOnlySpan<FailedAddress> failed, Span<Rank> best)
    {
        var now = time.GetTimestamp();
        var count = 0;
        for (var i = 0; i < rooms.Length; i++)
        {
            var room = rooms[i];
            if (!room.IsNamedAt(now))
            {
                continue;
            }

            var rank = new Rank(i, AllFailed(room, failed), room.Standing, Rendezvous.Score(userHash, room.Hash, room.Weight));
            var place = count;
            while (place > 0 && rank.IsBefore(best[place - 1]))
            {
                place--;
            }

            if (place == best.Length)
            {
                continue;
            }

            count = Math.Min(count + 1, best.Length);
            best[place..(count - 1)].CopyTo(best[(place + 1)..]);
            best[place] = rank;
        }

        return best[..count];
    }

    private static int Name(ReadOnlySpan<RoomCandidate> rooms, ReadOnlySpan<Rank> taken, ReadOnlySpan<FailedAddress> failed, Span<RoomAddress> chosen)
    {
        // Rounded up: with 6 addresses of 4 rooms, the better rooms name two each.
        var share = (chosen.Length + taken.Length - 1) / taken.Length;
        var count = 0;
        foreach (var rank in taken)
        {
            count = AddFrom(rooms[rank.Index], failed, failedOnes: false, share, chosen, count);
        }

        foreach (var rank in taken)
        {
            count = AddFrom(rooms[rank.Index], failed, failedOnes: false, chosen.Length, chosen, count);
        }

        foreach (var rank in taken)
        {
            count = AddFrom(rooms[rank.Index], failed, failedOnes: true, chosen.Length, chosen, count);
        }

        return count;
    }

    private static int AddFrom(
        RoomCandidate room, ReadOnlySpan<FailedAddress> failed, bool failedOnes, int most, Span<RoomAddress> chosen, int count)
    {
        foreach (var address in room.Addresses)
        {
            if (most == 0 || count == chosen.Length)
            {
                break;
            }

            if (Failed(address, failed) == failedOnes && !chosen[..count].Contains(address))
            {
                chosen[count++] = address;
                most--;
            }
        }

        return count;
    }

    private static bool AllFailed(RoomCandidate room, ReadOnlySpan<FailedAddress> failed)
    {
        if (failed.IsEmpty)
        {
            return false;
        }

        foreach (var address in room.Addresses)
        {
            if (!Failed(address, failed))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Failed(RoomAddress address, ReadOnlySpan<FailedAddress> failed)
    {
        foreach (var one in failed)
        {
            if (address.Is(one.Host.Span, one.Port))
            {
                return true;
            }
        }

        return false;
    }

    private readonly record struct Rank(int Index, bool AllFailed, RoomStanding Standing, double Score)
    {
        public bool IsBefore(in Rank other) =>
            AllFailed != other.AllFailed ? other.AllFailed
            : Standing != other.Standing ? Standing < other.Standing
            : Score > other.Score;
    }
}
