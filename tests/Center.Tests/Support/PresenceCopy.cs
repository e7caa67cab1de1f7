using Microservices.Contracts.Center;
using Kind = Microservices.Contracts.Center.PresenceChange.Types.Kind;

namespace Microservices.Center.Tests.Support;

/// <summary>A copy of who is online, kept as docs/center-api.md says.</summary>
internal sealed class PresenceCopy
{
    private readonly Dictionary<(string User, string Device), (ulong Epoch, ulong Change, OnlineState State)> _online = [];

    /// <summary>The sessions in words, sorted.</summary>
    public IEnumerable<string> Sessions => Describe(_online.Select(one => (one.Key.User, one.Key.Device, one.Value.Epoch, one.Value.Change, one.Value.State)));

    public static IEnumerable<string> Describe(IEnumerable<(string User, string Device, ulong Epoch, ulong Change, OnlineState State)> sessions) =>
        sessions.Select(one => $"{one.User}/{one.Device} {one.Epoch}.{one.Change} {one.State}").Order(StringComparer.Ordinal);

    /// <summary>What was read at a <c>read_now</c>: it replaces everything.</summary>
    public void Replace(IEnumerable<OnlineSession> read)
    {
        _online.Clear();
        foreach (var session in read)
        {
            // Pages are read one after the other, so that a session may be in two of them.
            var place = (session.User, session.Device);
            if (!_online.TryGetValue(place, out var known) || (session.Epoch, session.Change).CompareTo((known.Epoch, known.Change)) > 0)
            {
                _online[place] = (session.Epoch, session.Change, session.State);
            }
        }
    }

    public void Apply(PresenceChange change)
    {
        var place = (change.User, change.Device);
        if (_online.TryGetValue(place, out var known) && (change.Epoch, change.Change).CompareTo((known.Epoch, known.Change)) <= 0)
        {
            return;
        }

        if (change.Kind == Kind.Offline)
        {
            _online.Remove(place);
        }
        else
        {
            _online[place] = (change.Epoch, change.Change, change.Kind == Kind.Away ? OnlineState.Away : OnlineState.Alive);
        }
    }
}
