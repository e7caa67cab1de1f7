using Microservices.Contracts.Register;

namespace Microservices.Register.Rooms;

/// <summary>The live rooms as this register knows them. Never changes.</summary>
internal sealed class RoomView
{
    public static readonly RoomView Empty = new(new RoomList(), highest: 0, storeTime: 0, readAt: 0);
    private readonly Dictionary<ulong, Room> _rooms;

    public RoomView(RoomList list, ulong highest, long storeTime, long readAt)
    {
        List = list;
        Highest = highest;
        StoreTime = storeTime;
        ReadAt = readAt;
        _rooms = list.Rooms.ToDictionary(static room => room.Incarnation);
    }

    /// <summary>What watchers get. Not to be changed.</summary>
    public RoomList List { get; }

    /// <summary>The latest incarnation that this view can judge.</summary>
    public ulong Highest { get; }

    /// <summary>Unix µs by the store's clock; 0 = never read.</summary>
    public long StoreTime { get; }

    /// <summary>Time stamp of this process after the reading.</summary>
    public long ReadAt { get; }

    /// <summary>Which data the store had.</summary>
    public ulong Refill => List.Refill;

    public bool WasRead => StoreTime != 0;

    /// <summary>No room has still to claim again what the store may have lost: a session that isn't stored isn't there.</summary>
    public bool Refilled => List.Refilled;

    public bool IsLive(ulong incarnation) => _rooms.ContainsKey(incarnation);

    public string NameOf(ulong incarnation) => _rooms.TryGetValue(incarnation, out var room) ? room.Description.Name : "";

    /// <summary>The same rooms, of which register can't tell whether they are all.</summary>
    public RoomView AsIncomplete() =>
        List.Complete ? new(new RoomList(List) { Complete = false, Refilled = false }, Highest, StoreTime, ReadAt) : this;
}
