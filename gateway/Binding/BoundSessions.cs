using Microservices.Gateway.Apps;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Binding;

/// <summary>The sessions of the apps that a connection has bound beside the app of its verify, one for each app: few, so they are looked through. Thread-safe.</summary>
internal sealed class BoundSessions
{
    // Replaced as a whole: whoever goes through it needs no lock.
    private Session[] _sessions = [];
    private ChatAllowance _allowance;
    private int _wrongTokens;

    /// <summary>All of them; who comes or leaves meanwhile may be seen or not.</summary>
    public ReadOnlySpan<Session> All => Volatile.Read(ref _sessions);

    public Session? Find(string app)
    {
        foreach (var session in All)
        {
            if (session.App.Name == app)
            {
                return session;
            }
        }

        return null;
    }

    /// <summary>Adds one that is as away as its connection's first session. A later change of that comes by <see cref="SetAway"/>.</summary>
    public void Add(Session session, Session first)
    {
        lock (this)
        {
            Volatile.Write(ref _sessions, [.. _sessions, session]);
            session.IsAway = first.IsAway;
        }
    }

    /// <returns>False: it was not there any more.</returns>
    public bool Remove(Session session)
    {
        lock (this)
        {
            var isHere = Array.IndexOf(_sessions, session) >= 0;
            Volatile.Write(ref _sessions, isHere ? [.. _sessions.Where(other => other != session)] : _sessions);
            return isHere;
        }
    }

    /// <summary>The client is silent, or heard of again: for all of them.</summary>
    public void SetAway(bool away)
    {
        lock (this)
        {
            foreach (var session in _sessions)
            {
                session.IsAway = away;
            }
        }
    }

    /// <summary>Takes the place of one bind. Only the reading loop calls this.</summary>
    /// <param name="options">What is allowed.</param>
    /// <param name="now">The present, on any clock that does not go back.</param>
    /// <param name="retryAfterMs">When there is no place: after how long there will be one, ms.</param>
    public bool TryTake(BindingOptions options, TimeSpan now, out uint retryAfterMs) =>
        _allowance.TryTake(new ChatRate((uint)options.BindsPerSecond, (uint)options.BindBurst), now, out retryAfterMs);

    /// <summary>A token was wrong.</summary>
    /// <returns>How many were.</returns>
    public int CountWrongToken() => Interlocked.Increment(ref _wrongTokens);
}
