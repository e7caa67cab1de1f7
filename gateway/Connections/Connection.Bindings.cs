using System.Globalization;
using Microservices.Contracts;
using Microservices.Gateway.Binding;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Connections;

/// <summary>
/// The sessions of further apps. The session of the verify is the connection's own: with it the connection ends, and with the connection all
/// others. Each of the others may end alone, which 115 tells the client.
/// </summary>
internal sealed partial class Connection
{
    /// <summary>The sessions of bound apps; none for a connection that never bound one.</summary>
    public ReadOnlySpan<Session> Bound => Volatile.Read(ref _bound) is { } bound ? bound.All : [];

    /// <summary>Makes room for sessions of bound apps. Only the reading loop asks for it.</summary>
    public BoundSessions Bindings
    {
        get
        {
            if (_bound is null)
            {
                Volatile.Write(ref _bound, new BoundSessions());
            }

            return _bound!;
        }
    }

    /// <summary>The session of an app as frames name it: empty = the app of the verify. Null: the app has none here.</summary>
    public Session? SessionOf(string app) =>
        Session is { } first && (app.Length == 0 || app == first.App.Name) ? first : Volatile.Read(ref _bound)?.Find(app);

    /// <summary>How long the client of a login still waits.</summary>
    public TimeSpan TimeLeft(LoginAttempt login) =>
        TimeSpan.FromMilliseconds(Math.Max(0, (login.IsBind ? BindDueMs(login) : Volatile.Read(ref _deadlineMs)) - _parts.Wheel.NowMs));

    /// <summary>Ends a session: the first one with the connection, any other alone. From any thread; never waits.</summary>
    /// <param name="session">One of this connection.</param>
    /// <param name="reason">Why.</param>
    /// <param name="message">For people.</param>
    /// <param name="id">The client's own name for the request that asks for it.</param>
    public void Close(Session session, Code reason, string message = "", string id = "")
    {
        if (!session.IsBound)
        {
            Close(reason, message);
        }
        else if (session.TryClose(reason))
        {
            // The link may be lost already, and the session wait for its client, and with it what came before.
            if (session.Parked is not null)
            {
                _parts.FanOut.CatchUp(session);
            }

            _parts.Parking.End(session, reason);
            EndBound(session);
            _parts.FanOut.Finish(session);
            if (!IsClosing)
            {
                Send(Command.Unbound, new Unbound
                {
                    App = session.App.Name,
                    Code = reason,
                    Reason = CodeTable.NameOf(reason),
                    Message = message,
                    Id = id,
                });
            }
        }
    }

    /// <summary>Tells the client that an app is not bound.</summary>
    public void RefuseBind(string app, string id, Code reason, string message = "", TimeSpan retryAfter = default) => Send(Command.BindResult, new BindResult
    {
        Code = 0,
        Reason = CodeTable.NameOf(reason),

        // What is no name is not repeated.
        App = Identifiers.FaultOfApp(app) is null ? app : "",
        Id = id,
        RetryAfterMs = (uint)retryAfter.TotalMilliseconds,
        Message = message,
    });

    /// <summary>The claim for a further app succeeded: as <see cref="LogIn"/>, but that the connection goes on with what it has.</summary>
    private void LogInBound(LoginAttempt login, Session session)
    {
        var bound = _bound!;
        _login = null;
        WatchToken(session);
        bound.Add(session, Session!);
        _parts.Binds.Began();
        try
        {
            BeginBound(login, session);
        }
        finally
        {
            if (session.IsClosing)
            {
                // The connection was closed before the table had it. Nobody else will end it then, so nothing may skip this.
                EndBound(session);
            }
        }

        WatchDeadline();
    }

    private void BeginBound(LoginAttempt login, Session session)
    {
        // Not within the hold: two clients may bind each other's sessions at the same time.
        var broadcasts = _parts.FanOut.Leave(_parts.Sessions.Find(login.Former), session.App);
        _outbox.Hold(() =>
        {
            _parts.Sessions.Add(session);
            Send(Command.BindResult, VerifyAnswers.Bound(session, login.Id, login.NextTicket, login.IsResumed, _parts));
            Resume(login, session, broadcasts);
            login.Release(session);
        });

        if (session.IsAway)
        {
            // Register takes who logs in for alive.
            _parts.Reports.Repeat(session);
        }
    }

    private void RefuseBind(LoginAttempt login, Code reason, TimeSpan retryAfter)
    {
        _parts.Binds.Bind(reason switch
        {
            Code.WrongToken or Code.TokenExpired or Code.UnknownApp => BindOutcome.Refused,
            Code.InvalidArgument => BindOutcome.Invalid,
            _ => BindOutcome.TryLater,
        });
        RefuseBind(login.App, login.Id, reason, retryAfter: retryAfter);
        if (reason == Code.WrongToken && _bound!.CountWrongToken() > _parts.Binding.MaxWrongTokens)
        {
            Close(Code.VerifyTimeout, "Too many binds failed.");
        }
    }

    /// <summary>Register did not answer in time: the client is told to bind again later, and a claim that may yet be made is ended.</summary>
    private void TimeOutBind(LoginAttempt login)
    {
        login.Abandon(() =>
        {
            _login = null;
            _parts.Binds.Bind(BindOutcome.TimedOut);
            RefuseBind(
                login.App,
                login.Id,
                Code.TryLater,
                string.Create(CultureInfo.InvariantCulture, $"Not answered within {(long)_parts.Binding.Timeout.TotalMilliseconds} ms."),
                TimeSpan.FromMilliseconds(_parts.RetryAfterMs));
        });
    }

    private void EndBound(Session session)
    {
        if (_bound!.Remove(session))
        {
            _parts.Binds.Ended(session.Reason);
        }

        EndSession(session);
    }

    /// <summary>The deadline of a bind that is under way.</summary>
    private long BindDueMs() => Volatile.Read(ref _login) is { IsBind: true } bind ? BindDueMs(bind) : NoDeadlineMs;

    private long BindDueMs(LoginAttempt bind) => bind.StartedMs + (long)_parts.Binding.Timeout.TotalMilliseconds;
}
