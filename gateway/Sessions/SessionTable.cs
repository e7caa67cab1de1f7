using System.Collections.Concurrent;
using Microservices.Contracts.Bus;

namespace Microservices.Gateway.Sessions;

/// <summary>The sessions of this gateway by number, and the logins under way.</summary>
internal sealed class SessionTable
{
    private readonly ConcurrentDictionary<ulong, Session> _sessions = new();
    private readonly ConcurrentDictionary<ulong, LoginAttempt> _logins = new();
    private ulong _lastNumber;
    private int _count;

    /// <summary>How many sessions there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>All sessions; who comes or leaves meanwhile may be seen or not.</summary>
    public IEnumerable<Session> All => _sessions.Select(static pair => pair.Value);

    /// <summary>A number that no session of this process had before.</summary>
    public ulong NextNumber() => Interlocked.Increment(ref _lastNumber);

    public Session? Find(ulong number) => _sessions.GetValueOrDefault(number);

    /// <summary>The session that the bus names; null where it has ended, or another epoch's is meant.</summary>
    public Session? Find(SessionKey? key) => key is not null && Find(key.Session) is { } session && session.Epoch == key.Epoch ? session : null;

    public LoginAttempt? FindLogin(ulong number) => _logins.GetValueOrDefault(number);

    public void Add(LoginAttempt login) => _logins[login.Number] = login;

    public void Remove(LoginAttempt login) => _logins.TryRemove(login.Number, out _);

    public void Add(Session session)
    {
        // A session may end while it is added: both lists have it then, or neither.
        lock (session)
        {
            session.BroadcastPosition = session.App.Broadcasts.End;
            _sessions[session.Number] = session;
            session.App.Sessions.Add(session);
            Interlocked.Increment(ref _count);
        }
    }

    public void Remove(Session session)
    {
        lock (session)
        {
            if (_sessions.TryRemove(session.Number, out _))
            {
                session.App.Sessions.Remove(session);
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
