using Microservices.Contracts.Bus;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Tokens;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Sessions;

/// <summary>
/// A verify or bind under way. Between the claim in register and the answer to the client, messages for the session may already come: they are
/// kept here, few at most, and go out behind the answer. Whoever gives it up first, the client or the server, the claim that may still
/// come back is ended. Of the verify it keeps what is bounded: many may wait.
/// </summary>
internal sealed class LoginAttempt(Connection connection, Verify verify, ResumeTicket? ticket, ulong number, uint version, string remoteAddress, long startedMs)
{
    /// <summary>It takes milliseconds; what does not fit was not for a person to read.</summary>
    private const int MaxHeld = 16;

    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<(ulong Epoch, Action<Session> Deliver)>? _held;
    private State _state;

    private enum State : byte
    {
        UnderWay,
        Abandoned,
        Settled,
    }

    public Connection Connection => connection;

    /// <summary>A bind: of a further app on a connection that is verified.</summary>
    public bool IsBind { get; } = connection.Session is not null;

    /// <summary>The client's own name of the request, for the answer.</summary>
    public string Id { get; } = verify.Id;

    public string Token { get; } = verify.Token;

    public string Sdk { get; } = verify.Sdk;

    /// <summary>The heartbeat interval that the client proposes; 0 = none.</summary>
    public uint ProposedHeartbeatMs { get; } = verify.HeartbeatMs;

    /// <summary>The genuine resume ticket that the client showed; null = none.</summary>
    public ResumeTicket? Ticket => ticket;

    /// <summary>The number that the session will have.</summary>
    public ulong Number => number;

    /// <summary>The version of the verify frame.</summary>
    public uint Version => version;

    /// <summary>IP:port of the client.</summary>
    public string RemoteAddress => remoteAddress;

    /// <summary>When the verify came, on the wheel's clock.</summary>
    public long StartedMs => startedMs;

    /// <summary>The user that the client says it is, or its ticket.</summary>
    public string User { get; } = ticket?.User ?? VerifyIdentity.UserOf(verify);

    public string App { get; } = ticket?.App ?? VerifyIdentity.AppOf(verify);

    /// <summary>As the client named it, or its ticket; may be empty.</summary>
    public string Device { get; } = ticket?.Device ?? verify.Device;

    /// <summary>A client of the chat protocol: JSON, and neither sdk nor features.</summary>
    public bool IsChatClient { get; } = connection.Session is null && version != Protocol.ProtocolVersion.Current && verify.Sdk.Length == 0 && verify.Features.Count == 0;

    /// <summary>It asked for an answer to each heartbeat.</summary>
    public bool WantsHeartbeatAck { get; } = verify.Features.Contains(Features.HeartbeatAck);

    /// <summary>It acknowledges kept messages.</summary>
    public bool WantsAck { get; } = verify.Features.Contains(Features.Ack);

    /// <summary>The token is to be checked here: the app takes signed ones, and it is one.</summary>
    public bool IsSigned { get; set; }

    /// <summary>What the check found; null = it is not checked yet, or not good.</summary>
    public TokenTimes? Proof { get; set; }

    /// <summary>It was checked.</summary>
    public bool IsChecked { get; set; }

    /// <summary>Register took the ticket.</summary>
    public bool IsResumed { get; set; }

    /// <summary>The session of this room that it resumes; null = none.</summary>
    public SessionKey? Former { get; set; }

    /// <summary>The ticket for the next time; empty = none.</summary>
    public string NextTicket { get; set; } = "";

    /// <summary>A call to register failed: the claim may have been made or not.</summary>
    public bool RegisterWasAway { get; set; }

    /// <summary>Completes when the connection may read on.</summary>
    public Task Finished => _finished.Task;

    public bool IsAbandoned
    {
        get
        {
            lock (this)
            {
                return _state == State.Abandoned;
            }
        }
    }

    /// <summary>The connection is closing, or the time for the answer is over; nobody waits for it any more.</summary>
    /// <param name="tell">What is to be done about it, if it was not settled before: counts it, tells the client.</param>
    public void Abandon(Action? tell = null)
    {
        lock (this)
        {
            if (_state == State.UnderWay)
            {
                tell?.Invoke();
                _state = State.Abandoned;
            }
        }

        _finished.TrySetResult();
    }

    /// <summary>It is refused, or settled for good.</summary>
    /// <returns>False: it was abandoned.</returns>
    public bool TrySettle(Action settle)
    {
        try
        {
            lock (this)
            {
                if (_state != State.UnderWay)
                {
                    return false;
                }

                settle();
                _state = State.Settled;
                return true;
            }
        }
        finally
        {
            _finished.TrySetResult();
        }
    }

    /// <summary>Keeps what came for the session before its answer is out.</summary>
    public HoldOutcome TryHold(ulong epoch, Action<Session> deliver)
    {
        lock (this)
        {
            if (_state != State.UnderWay)
            {
                return HoldOutcome.Settled;
            }

            _held ??= [];
            if (_held.Count == MaxHeld)
            {
                return HoldOutcome.Full;
            }

            _held.Add((epoch, deliver));
            return HoldOutcome.Held;
        }
    }

    /// <summary>Called while it is being settled, after the answer is posted: delivers what was kept for <paramref name="session"/>.</summary>
    public void Release(Session session)
    {
        foreach (var (epoch, deliver) in _held ?? [])
        {
            if (epoch == session.Epoch)
            {
                deliver(session);
            }
        }
    }
}
