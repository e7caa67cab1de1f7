using Microservices.Contracts.Register;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;

namespace Microservices.Gateway.Rooms;

/// <summary>Sessions that register names in its renewals because they are another's by now, or nobody's: closed here, and confirmed with the next renewal.</summary>
internal sealed class NamedSessions(SessionTable sessions)
{
    /// <summary>Register takes 10,000 at once.</summary>
    private const int MaxConfirmedAtOnce = 5_000;

    private readonly Lock _sync = new();
    private readonly List<SessionKey> _closed = [];

    /// <summary>Closes those that are here; all of them are confirmed but those whose login is under way: register names them again.</summary>
    public void Close(IEnumerable<SessionKey> named)
    {
        foreach (var key in named)
        {
            if (sessions.FindLogin(key.Session) is not null)
            {
                // Its epoch is not known yet.
                continue;
            }

            if (sessions.Find(key.Session) is { } session && session.Epoch == key.Epoch)
            {
                var (code, message) = ReasonOf((Code)key.Code);
                session.Close(code, message);
            }

            lock (_sync)
            {
                _closed.Add(key);
            }
        }
    }

    /// <summary>Adds to a renewal what is to be confirmed.</summary>
    public void Confirm(RenewLease renewal)
    {
        lock (_sync)
        {
            renewal.Closed.AddRange(_closed.Take(MaxConfirmedAtOnce));
            _closed.RemoveRange(0, renewal.Closed.Count);
        }
    }

    /// <summary>What was named under a former lease is nobody's business any more.</summary>
    public void Forget()
    {
        lock (_sync)
        {
            _closed.Clear();
        }
    }

    private static (Code Code, string Message) ReasonOf(Code named) => named switch
    {
        Code.TokenRevoked => (Code.TokenRevoked, "The token was revoked."),
        Code.Kicked => (Code.Kicked, "The session was closed by the service."),
        _ when named != Code.Displaced && CodeTable.Find(named) is { Kind: CodeKind.Close } => (named, "The session was ended."),
        _ => (Code.Displaced, "The same user logged in elsewhere."),
    };
}
