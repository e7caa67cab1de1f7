using Microservices.Contracts.Center;
using Kind = Microservices.Contracts.Center.PresenceChange.Types.Kind;

namespace Microservices.Cli.Presence;

/// <summary>The sessions that are online, by the rules of docs/center-api.md: what isn't newer by (epoch, change) is dropped.</summary>
internal sealed class OnlineCopy
{
    private Dictionary<(string User, string Device), OnlineSession> _online = [];
    private bool _wasRead;

    public int Count => _online.Count;

    /// <summary>False: the copy has it already.</summary>
    public bool Apply(PresenceChange change)
    {
        var place = (change.User, change.Device);
        if (_online.TryGetValue(place, out var known) && (change.Epoch, change.Change).CompareTo((known.Epoch, known.Change)) <= 0)
        {
            return false;
        }

        if (change.Kind == Kind.Offline)
        {
            _online.Remove(place);
        }
        else
        {
            _online[place] = new OnlineSession
            {
                User = change.User,
                Device = change.Device,
                Room = change.Room,
                Epoch = change.Epoch,
                Change = change.Change,
                State = change.Kind == Kind.Away ? OnlineState.Away : OnlineState.Alive,
            };
        }

        return true;
    }

    /// <summary>Takes what was read in place of everything, and says what that changed.</summary>
    /// <param name="read">The sessions.</param>
    /// <param name="isFirstTold">Whether those of the first reading are changes too.</param>
    public IReadOnlyList<PresenceChange> Replace(IEnumerable<OnlineSession> read, bool isFirstTold)
    {
        var (before, isTold) = (_online, _wasRead || isFirstTold);
        _wasRead = true;
        _online = [];
        foreach (var session in read)
        {
            var place = (session.User, session.Device);
            if (!_online.TryGetValue(place, out var known) || (session.Epoch, session.Change).CompareTo((known.Epoch, known.Change)) > 0)
            {
                _online[place] = session;
            }
        }

        return isTold ? [.. Gone(before), .. New(before)] : [];
    }

    private IEnumerable<PresenceChange> Gone(Dictionary<(string User, string Device), OnlineSession> before) =>
        before.Where(one => !_online.ContainsKey(one.Key)).Select(static one => Change(Kind.Offline, one.Value));

    private IEnumerable<PresenceChange> New(Dictionary<(string User, string Device), OnlineSession> before)
    {
        foreach (var (place, session) in _online)
        {
            var known = before.GetValueOrDefault(place);
            if (known?.Epoch != session.Epoch)
            {
                yield return Change(session.State == OnlineState.Away ? Kind.Away : Kind.Online, session);
            }
            else if (known.State != session.State)
            {
                yield return Change(session.State == OnlineState.Away ? Kind.Away : Kind.Back, session);
            }
        }
    }

    private static PresenceChange Change(Kind kind, OnlineSession session) => new()
    {
        Kind = kind,
        User = session.User,
        Device = session.Device,
        Room = session.Room,
        RemoteAddress = session.RemoteAddress,
        Epoch = session.Epoch,
        Change = session.Change,
        AtUnixMs = session.StateSinceUnixMs,
        LastSeenUnixMs = session.LastSeenUnixMs,
        Sdk = session.Sdk,
        ClientVersion = session.ClientVersion,
    };
}
