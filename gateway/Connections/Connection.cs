using Microservices.Gateway.Binding;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Transport;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microsoft.AspNetCore.Connections;

namespace Microservices.Gateway.Connections;

/// <summary>
/// The fate of one client connection; <see cref="FrameLoop"/> moves its bytes. It verifies, then it has a session, and it ends once, with
/// one reason: the first.
/// <code>
/// VERIFY ──claimed──► DATA        Close(reason): session ended, last frame posted, sending side closed behind it,
///   │                  │          then the peer closes, or the close timeout cuts the link.
///   └──── Close ◄──────┘
/// </code>
/// It holds no task, timer or buffer of its own: deadlines are kept by the wheel, of which it is a node.
/// </summary>
internal sealed partial class Connection : WheelEntry, IOutboxOwner
{
    private readonly ConnectionContext _transport;
    private readonly ConnectionParts _parts;
    private readonly Outbox _outbox;

    private Session? _session;
    private LoginAttempt? _login;
    private BoundSessions? _bound;
    private ErrorBudget _errors;
    private uint _version = ProtocolVersion.PushToChatClient;
    private int _reason;
    private short _verifies;
    private bool _heardFrame;
    private bool _ended;
    private volatile Framing _framing;

    public Connection(ConnectionContext transport, IOutlet outlet, ConnectionParts parts, Framing framing = Framing.Raw)
    {
        _framing = framing;
        _transport = transport;
        _parts = parts;
        _outbox = new Outbox(outlet, parts.Outboxes, this);
        _heardMs = parts.Wheel.NowMs;
        _deadlineMs = _heardMs + parts.VerifyTimeoutMs;
        parts.Wheel.Schedule(this, _deadlineMs);
    }

    /// <summary>The session of the verify; null until one succeeded. Those of further apps: <see cref="Bound"/>.</summary>
    public Session? Session => Volatile.Read(ref _session);

    /// <summary>The version of what is sent to the client: that of its latest frame. JSON to a client that sent nothing yet: a person can read it.</summary>
    public uint ReplyVersion => Volatile.Read(ref _version);

    public bool IsClosing => Volatile.Read(ref _reason) != 0;

    /// <summary>Why it ends; None while it doesn't.</summary>
    public Code Reason => (Code)Volatile.Read(ref _reason);

    /// <summary>IP:port of the client.</summary>
    public string RemoteAddress => _transport.RemoteEndPoint?.ToString() ?? "unknown";

    /// <summary>Bytes that wait for the client.</summary>
    public int PendingBytes => _outbox.PendingBytes;

    /// <summary>A frame of a version that is spoken came.</summary>
    public void Heard(uint version)
    {
        Heard();
        _heardFrame = true;
        if (_version != version)
        {
            Volatile.Write(ref _version, version);
        }
    }

    /// <summary>
    /// A frame of <paramref name="version"/> came that is refused: it is answered in that version, if no good frame came before it. Whoever
    /// speaks a version from 3 on knows the bodies of version 2, and gets them in any case.
    /// </summary>
    public void AnswerIn(uint version)
    {
        if (!ProtocolVersion.IsSupported(version))
        {
            Volatile.Write(ref _version, ProtocolVersion.Current);
        }
        else if (!_heardFrame)
        {
            Volatile.Write(ref _version, version);
        }
    }

    /// <summary>Counts a verify.</summary>
    /// <returns>False: there were too many.</returns>
    public bool TryCountVerify() => ++_verifies <= _parts.Options.MaxVerifyAttempts;

    /// <summary>Posts an encoded frame.</summary>
    public PostOutcome Post(Command command, ReadOnlySpan<byte> frame) => PostFramed(command, Framed(frame));

    /// <summary>Posts an encoded frame that is in its framing already.</summary>
    public PostOutcome PostFramed(Command command, ReadOnlySpan<byte> framed)
    {
        var outcome = _outbox.Post(framed);
        Count(outcome, command, framed.Length);
        return outcome;
    }

    /// <summary>Posts an encoded frame of a message that is not kept elsewhere: where the link broke, it waits for the client in the session's parking.</summary>
    /// <param name="session">Whose it is.</param>
    /// <param name="command">What it is.</param>
    /// <param name="framed">In the framing of this connection.</param>
    /// <param name="frame">Without it: who comes back may come by another transport.</param>
    public void Deliver(Session session, Command command, ReadOnlySpan<byte> framed, ReadOnlySpan<byte> frame)
    {
        var outcome = _outbox.Post(framed);
        if (outcome != PostOutcome.Closed || session.Parked is not { } parked || !_parts.Parking.TryKeep(parked, frame))
        {
            Count(outcome, command, framed.Length);
        }
    }

    /// <summary>Posts what a session of this connection lacks of broadcasts; it is for the caller to count what became of it.</summary>
    /// <param name="from">The number of the first that it lacked.</param>
    public PostOutcome PostBroadcasts(Session session, in FrameRun framed, out long from) => _outbox.Post(framed, ref session.BroadcastPosition, out from);

    /// <summary>The session is not sent the broadcasts before <paramref name="to"/>.</summary>
    /// <returns>The number of the first that it lacked.</returns>
    public long SkipBroadcasts(Session session, long to) => _outbox.Skip(ref session.BroadcastPosition, to);

    /// <summary>The session is sent the broadcasts from <paramref name="to"/> on, also those that it was already past.</summary>
    public void BroadcastsFrom(Session session, long to) => _outbox.Move(ref session.BroadcastPosition, to);

    /// <inheritdoc cref="Outbox.Hold"/>
    public void Hold(Action posts) => _outbox.Hold(posts);

    /// <summary>Encodes and posts a frame in the client's version. Where it repeats more of the client's words than a frame holds, the connection ends.</summary>
    public void Send<TBody>(Command command, in TBody body)
        where TBody : IBody<TBody>, new()
    {
        ReadOnlySpan<byte> frame;
        try
        {
            frame = FrameScratch.Encode(ReplyVersion, command, body, Frame.DefaultMaxBytes);
        }
        catch (ProtocolException fault)
        {
            Close(fault.Code, $"The answer would not fit: {fault.Message}");
            return;
        }

        Post(command, frame);
    }

    /// <summary>Tells the client that a request failed; the connection goes on. A client that causes too many is not told.</summary>
    public void Fail(Command command, string? id, Code code, string message, uint retryAfterMs = 0, string app = "")
    {
        if (!_errors.TrySpend(_parts.Wheel.NowMs, _parts.Options.MaxErrorsPerSecond))
        {
            _parts.Metrics.ErrorSuppressed();
            return;
        }

        Send(Command.Error, new Error
        {
            Command = command,
            Id = id ?? "",
            Code = code,
            Reason = CodeTable.NameOf(code),
            Message = message,
            RetryAfterMs = retryAfterMs,
            App = app,
        });
    }

    /// <summary>The client broke the protocol: it is told, and the connection ends where the code says so.</summary>
    public void Fault(ProtocolException fault)
    {
        if (CodeTable.Find(fault.Code) is not { Kind: CodeKind.Close })
        {
            Fail(fault.Command ?? Command.None, fault.Id, fault.Code, fault.Message);
            return;
        }

        if (fault.Version is { } version)
        {
            AnswerIn(version);
        }

        Close(fault.Code, fault.Message, Error.From(fault));
    }

    /// <summary>A verify or a bind is under way.</summary>
    public void BeginLogin(LoginAttempt login)
    {
        Interlocked.Exchange(ref _login, login);
        if (IsClosing)
        {
            login.Abandon();
        }
        else if (login.IsBind)
        {
            WatchDeadline();
        }
    }

    /// <summary>
    /// The claim succeeded: answers the verify. Called within the settling of the login. From the answer on the client misses nothing that
    /// is sent to it, and gets nothing before it: the session is in the table first, and whoever finds it there posts behind the answer.
    /// </summary>
    public void LogIn(LoginAttempt login, Session session)
    {
        if (login.IsBind)
        {
            LogInBound(login, session);
            return;
        }

        EndVerifyDeadline();
        _heardMs = _parts.Wheel.NowMs;
        session.HeartbeatMs = session.App.Policy.Heartbeat(session.ProposedHeartbeatMs);
        WatchToken(session);
        session.Liveness = new SessionLiveness(session.App.Policy.Liveness, _heardMs);
        Volatile.Write(ref _session, session);
        _login = null;
        if (_parts.Logger.IsEnabled(LogLevel.Debug))
        {
            // Asking for the id makes it, and the connection keeps it.
            Log.LoggedIn(_parts.Logger, _transport.ConnectionId, session.Number);
        }

        _outbox.Hold(() =>
        {
            _parts.Sessions.Add(session);
            Send(Command.VerifyResult, VerifyAnswers.Welcome(session, login.Id, login.NextTicket, login.IsResumed, _parts));
            Resume(login, session, _parts.FanOut.Leave(_parts.Sessions.Find(login.Former), session.App));
            login.Release(session);
        });

        // In place of the verify deadline, which is earlier.
        _parts.Wheel.Schedule(this, NextDueMs());
        if (IsClosing)
        {
            WatchDeadline();

            // It was closed before it had a session to end, or before the table had it.
            EndSession(session);
        }
    }

    // Within the hold of the outbox, behind the answer.
    private void Resume(LoginAttempt login, Session session, long? broadcasts)
    {
        if (login.Former is { } former)
        {
            _parts.Parking.Resume(former, session);
        }

        if (broadcasts is { } position)
        {
            _parts.FanOut.GoOn(session, position);
        }
    }

    /// <summary>The verify or bind failed: the client may try again. Called within the settling of the login.</summary>
    public void RefuseLogin(LoginAttempt login, Code reason, TimeSpan retryAfter)
    {
        _login = null;
        if (login.IsBind)
        {
            RefuseBind(login, reason, retryAfter);
            return;
        }

        Send(Command.VerifyResult, VerifyAnswers.Refusal(login.IsChatClient, login.Id, reason, retryAfter));
    }

    private void Count(PostOutcome outcome, Command command, int bytes)
    {
        switch (outcome)
        {
            case PostOutcome.Full:
                _parts.Metrics.Dropped(DropCause.OutboxFull);
                break;
            case PostOutcome.Closed:
                _parts.Metrics.Dropped(DropCause.Closed);
                break;
            default:
                _parts.Metrics.FrameOut(command, bytes);
                break;
        }
    }
}
