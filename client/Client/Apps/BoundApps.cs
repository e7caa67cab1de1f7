using Microservices.Client.Connections;
using Microservices.Client.Receiving;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Apps;

/// <summary>
/// The further apps that the client wants on its connection. One loop on each verified connection binds those that have no session, one after another;
/// the reading loop tells what the server says. Those whose tokens end it binds again before, with the next token: that renews their sessions.
/// <code>
/// wanted ──bind──► bound ──the connection ends, 115 with a passing cause──► wanted, later
///   │                └────115: unbound, displaced, kicked, revoked────────► ended
///   └──refused for good─────────────────────────────────────────────────► ended
/// </code>
/// </summary>
internal sealed partial class BoundApps(PushClientOptions options, Action<AppState> onState)
{
    /// <summary>After a cause that names no time; half more at random.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly AppIdentity _own = new(options.App, options.User, options.Device, NamedApp: "");
    private readonly TimeProvider _time = options.TimeProvider;
    private readonly Lock _sync = new();
    private readonly Dictionary<string, BoundApp> _apps = [];

    // Apps that a bind was sent for: what comes for one that is not bound now is nobody's.
    private readonly HashSet<string> _known = [];
    private TaskCompletionSource _changed = NewSource();
    private (string Id, TaskCompletionSource<BindResult> Answer)? _pending;
    private long _count;

    /// <summary>Wants an app. Returns when it is bound for the first time.</summary>
    /// <exception cref="PushClientException">It is wanted already, or the server refuses it for good.</exception>
    public Task AddAsync(AppLogin login, CancellationToken cancellationToken)
    {
        var app = new BoundApp(login, _time);
        lock (_sync)
        {
            if (login.App == options.App || !_apps.TryAdd(login.App, app))
            {
                throw new PushClientException(Code.AlreadyBound, $"The app {login.App} is bound already, or the client's own.");
            }

            Wake();
        }

        return app.First.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Wants an app no longer. Returns when it has no session.</summary>
    /// <exception cref="PushClientException">It is not wanted.</exception>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        BoundApp? app;
        lock (_sync)
        {
            app = _apps.GetValueOrDefault(name) ?? throw new PushClientException(Code.NotBound, $"The app {name} is not bound.");
            app.IsLeaving = true;
            if (app.On?.TrySend(FrameWriter.ToArray(ProtocolVersion.Current, Command.Unbind, new Unbind { App = name })) == false)
            {
                // Its queue is full, or it has ended: without a word the session ends with the connection.
                app.On.End(ConnectionEnd.Lost("An unbind could not be sent."));
            }
        }

        if (app.On is null)
        {
            End(app, Code.Goodbye, "");
        }

        await app.Left.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Where a message came from; null: from a session that has ended.</summary>
    /// <param name="app">The app that the frame names; may be empty.</param>
    /// <param name="own">Where messages of the client's own app are acknowledged.</param>
    /// <param name="on">The connection that it came on.</param>
    public MessageSource? SourceOf(string app, Connection? own, Connection on)
    {
        lock (_sync)
        {
            return app.Length == 0 || !_known.Contains(app) ? new MessageSource(_own, own)
                : _apps.TryGetValue(app, out var bound) && bound.On == on ? new MessageSource(bound.Identity, bound.Acknowledges ? on : null)
                : null;
        }
    }

    /// <summary>The app as frames name it.</summary>
    public string NameOf(string app)
    {
        lock (_sync)
        {
            return _known.Contains(app) ? app : "";
        }
    }

    /// <summary>The client wants it, so it is bound or will be.</summary>
    public bool IsWanted(string app)
    {
        lock (_sync)
        {
            return _apps.ContainsKey(app);
        }
    }

    /// <summary>A bind is answered. On the reading loop, so that nothing that follows is taken for another app's.</summary>
    public void OnAnswer(BindResult answer, Connection connection)
    {
        BoundApp? app = null;
        var isRenewed = false;
        lock (_sync)
        {
            if (answer.Code != 0)
            {
                app = _apps.GetValueOrDefault(answer.App);
                if (app is null or { IsLeaving: true })
                {
                    // Nobody wants it any more.
                    connection.TrySend(FrameWriter.ToArray(ProtocolVersion.Current, Command.Unbind, new Unbind { App = answer.App }));
                }

                if (app is not null)
                {
                    isRenewed = app.On == connection;
                    app.On = connection;
                    app.Acknowledges = answer.Features.Contains(Features.Ack);
                    app.Ticket.Keep(answer.Resume, app.Token, isSigned: answer.TokenExpiresMs > 0);
                    app.Good = answer.TokenExpiresMs > 0 && app.Credentials.CanRenew ? (_time.GetTimestamp(), TimeSpan.FromMilliseconds(answer.TokenExpiresMs)) : null;
                    RenewLater(app);
                    Wake();
                }
            }

            if (_pending is { } pending && pending.Id == answer.Id)
            {
                pending.Answer.TrySetResult(answer);
            }
        }

        if (app is not null && !isRenewed)
        {
            app.First.TrySetResult();
            onState(new AppState(answer.App, AppPhase.Bound) { Session = answer.Session, Resumed = answer.Resumed });
        }
    }

    /// <summary>An error arrived.</summary>
    /// <returns>It was about an app that is bound, or was.</returns>
    public bool TryFail(Error error)
    {
        if (error.Command == Command.Bind)
        {
            lock (_sync)
            {
                // One without an id is of a server that doesn't know the command.
                if (_pending is { } pending && (error.Id.Length == 0 || error.Id == pending.Id))
                {
                    pending.Answer.TrySetResult(new BindResult { Reason = CodeTable.NameOf(error.Code), RetryAfterMs = error.RetryAfterMs, Message = error.Message });
                }
            }
        }

        // An acknowledgement, or an unbind, of a session that had just ended.
        return error.Command is Command.Bind or Command.Unbind || error is { Command: Command.Ack, Code: Code.NotBound };
    }

    /// <summary>The session of an app has ended alone.</summary>
    public void OnUnbound(Unbound unbound, Connection connection)
    {
        BoundApp? app;
        bool isOver;
        bool isExpired;
        lock (_sync)
        {
            app = _apps.GetValueOrDefault(unbound.App);
            if (app is null || app.On != connection)
            {
                return;
            }

            app.On = null;
            var isOurOwn = unbound.Code == Code.Displaced && app.Late.TryBlame();
            isExpired = unbound.Code == Code.TokenExpired && app.Credentials.CanRenew;
            isOver = app.IsLeaving || (CodeTable.ActionOf(unbound.Code) == ClientAction.Stop && !isOurOwn && !isExpired);
        }

        if (isOver)
        {
            End(app, unbound.Code, unbound.Message);
        }
        else if (isExpired)
        {
            // Another token is to be had: nothing to wait for.
            PutOff(app, TimeSpan.FromMilliseconds(1), unbound.Code, unbound.Message);
        }
        else
        {
            PutOff(app, TimeSpan.Zero, unbound.Code, unbound.Message);
        }
    }

    /// <summary>The connection has ended, and all sessions with it.</summary>
    public void Disconnected(Connection connection)
    {
        BoundApp[] bound;
        lock (_sync)
        {
            bound = [.. _apps.Values.Where(app => app.On == connection)];
            foreach (var app in bound)
            {
                app.On = null;
                app.PutOff = default;
            }
        }

        foreach (var app in bound)
        {
            if (app.IsLeaving)
            {
                End(app, Code.Goodbye, "");
            }
            else
            {
                onState(new AppState(app.Identity.App, AppPhase.Waiting) { Code = Code.ConnectionLost });
            }
        }
    }

    /// <summary>No other connection will come.</summary>
    public void Stopped()
    {
        BoundApp[] all;
        lock (_sync)
        {
            all = [.. _apps.Values];
        }

        foreach (var app in all)
        {
            End(app, Code.Goodbye, "The client has stopped.");
        }
    }
}
