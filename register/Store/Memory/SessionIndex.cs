namespace Microservices.Register.Store.Memory;

/// <summary>The members (<see cref="SessionMember"/>) of one partition in their order, all and by room. The caller holds the lock of the partition.</summary>
internal sealed class SessionIndex
{
    private readonly SortedSet<string> _all = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, SortedSet<string>> _rooms = [];

    public void Add(string member, ulong incarnation)
    {
        _all.Add(member);
        if (!_rooms.TryGetValue(incarnation, out var room))
        {
            _rooms[incarnation] = room = new SortedSet<string>(StringComparer.Ordinal);
        }

        room.Add(member);
    }

    public void Remove(string member, ulong incarnation)
    {
        _all.Remove(member);
        if (_rooms.TryGetValue(incarnation, out var room) && room.Remove(member) && room.Count == 0)
        {
            _rooms.Remove(incarnation);
        }
    }

    public string[] OfRoom(ulong incarnation, int limit) => _rooms.TryGetValue(incarnation, out var room) ? [.. room.Take(limit)] : [];

    public long Count(string app) => _all.GetViewBetween(SessionMember.FirstOfApp(app), SessionMember.AfterApp(app)).Count;

    /// <summary>The members after <paramref name="after"/>.</summary>
    public string[] List(SessionFilter filter, string after, int limit)
    {
        var members = filter.Incarnation == 0 ? _all : _rooms.GetValueOrDefault(filter.Incarnation);
        if (members is null)
        {
            return [];
        }

        var (from, to) = filter.App is null ? (after, "\uffff") : (Later(after, SessionMember.FirstOfApp(filter.App)), SessionMember.AfterApp(filter.App));
        return string.CompareOrdinal(from, to) > 0 ? [] : [.. members.GetViewBetween(from, to).Where(member => member != after).Take(limit)];
    }

    private static string Later(string one, string other) => string.CompareOrdinal(one, other) > 0 ? one : other;
}
