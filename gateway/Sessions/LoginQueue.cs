using System.Threading.Channels;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Rooms;
using Microservices.Protocol;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Sessions;

/// <summary>Claims sessions in register. Logins that wait together share a call; a few calls are under way at once; the queue is bounded, and goes at a rate.</summary>
internal sealed class LoginQueue
{
    /// <summary>How often logins that wait for their turn by the rate are looked at.</summary>
    private static readonly TimeSpan RateLook = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan TellOfWaitEvery = TimeSpan.FromSeconds(10);

    private readonly Channel<LoginAttempt> _waiting;
    private readonly Contracts.Register.Sessions.SessionsClient _register;
    private readonly LoginDesk _desk;
    private readonly LoginTokens _tokens;
    private readonly LostSessions _lost;
    private readonly SessionTable _table;
    private readonly RoomState _room;
    private readonly ClaimsUnderWay _underWay;
    private readonly LoginPace _pace;
    private readonly GatewayMetrics _metrics;
    private readonly TimingWheel _wheel;
    private readonly SessionsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<LoginQueue> _logger;
    private long _toldOfWait;

    public LoginQueue(
        Contracts.Register.Sessions.SessionsClient register,
        LoginDesk desk,
        LoginTokens tokens,
        LostSessions lost,
        SessionTable table,
        RoomState room,
        ClaimsUnderWay underWay,
        LoginPace pace,
        GatewayMetrics metrics,
        TimingWheel wheel,
        IOptions<SessionsOptions> options,
        TimeProvider time,
        ILogger<LoginQueue> logger)
    {
        _register = register;
        _desk = desk;
        _tokens = tokens;
        _lost = lost;
        _table = table;
        _room = room;
        _underWay = underWay;
        _pace = pace;
        _metrics = metrics;
        _wheel = wheel;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _waiting = Channel.CreateBounded<LoginAttempt>(_options.MaxWaitingLogins);
        metrics.Gauge("gateway.logins.waiting", "{login}", "Logins that wait for register.", () => _waiting.Reader.Count);
        metrics.Gauge("gateway.logins.expected_wait", "ms", "How long a login that came now would wait.", () => (long)_pace.ExpectedWait(_waiting.Reader.Count).TotalMilliseconds);
    }

    /// <summary>Logins that wait for their turn.</summary>
    public int Waiting => _waiting.Reader.Count;

    /// <summary>Queues a login, unless it would wait in vain. Never waits.</summary>
    public LoginVerdict Add(LoginAttempt login)
    {
        var verdict = Judge(login, Waiting);
        if (verdict != LoginVerdict.Queued)
        {
            return verdict;
        }

        _table.Add(login);
        if (_waiting.Writer.TryWrite(login))
        {
            return LoginVerdict.Queued;
        }

        _table.Remove(login);
        return LoginVerdict.Overloaded;
    }

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, _options.ConcurrentLoginCalls).Select(_ => WorkAsync(cancellationToken)));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        var batch = new List<LoginAttempt>(_options.MaxBatch);
        var again = new List<LoginAttempt>();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                try
                {
                    Take(batch);
                    if (batch.Count == 0 && Waiting > 0)
                    {
                        // The rate is used up.
                        await Task.Delay(RateLook, _time, cancellationToken);
                    }

                    _tokens.Check(batch);
                    await ClaimAsync(batch, again, cancellationToken);
                }
                catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
                {
                    // A fault of ours. Those of this batch that have no answer are closed at their verify deadline; the queue goes on.
                    Log.LoginsFailed(_logger, fault, batch.Count);
                }

                // Until the next login, which may be far off, nothing of these is held.
                batch.Clear();
                if (again.Count > 0)
                {
                    await Task.Delay(_options.RetryPause, _time, cancellationToken);
                    TryAgain(again);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The connections are closed by then.
        }
    }

    private LoginVerdict Judge(LoginAttempt login, int waiting)
    {
        // With nobody before it, it is the one that finds out whether register answers.
        if (waiting == 0)
        {
            return LoginVerdict.Queued;
        }

        if (_pace.FailingFor is { Ticks: > 0 } failing)
        {
            // Clients of the chat protocol can't be told: they wait for their verify deadline.
            return login.IsChatClient || failing < _options.LoginPatience ? LoginVerdict.Queued : LoginVerdict.TryLater;
        }

        var left = login.Connection.TimeLeft(login);
        return _pace.ExpectedWait(waiting) > (left < _options.MaxLoginWait ? left : _options.MaxLoginWait) ? LoginVerdict.Overloaded : LoginVerdict.Queued;
    }

    private void Take(List<LoginAttempt> batch)
    {
        var allowed = _pace.Take(_options.MaxBatch);
        while (batch.Count < allowed && _waiting.Reader.TryRead(out var login))
        {
            if (login.Connection.IsGone)
            {
                login.Abandon();
            }

            if (!login.IsAbandoned)
            {
                batch.Add(login);
            }
            else if (login.RegisterWasAway)
            {
                _desk.GiveUp(login);
            }
            else
            {
                // Register never heard of it.
                _desk.Forget(login);
            }
        }

        _pace.GiveBack(allowed - batch.Count);
    }

    private async Task ClaimAsync(List<LoginAttempt> batch, List<LoginAttempt> again, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var stamp = _room.Stamp;
        if (stamp.Incarnation == 0)
        {
            // The lease is just being taken anew.
            again.AddRange(batch);
            return;
        }

        var request = new ClaimRequest { Incarnation = stamp.Incarnation };
        request.Claims.AddRange(batch.Select(ToClaim));
        var settled = 0;
        var began = _pace.Begin();
        _underWay.Begin(stamp);
        try
        {
            _metrics.LoginBatch(batch.Count);
            var reply = await _register.ClaimAsync(request, deadline: _time.GetUtcNow().UtcDateTime + _options.CallTimeout, cancellationToken: cancellationToken);
            for (var i = 0; i < batch.Count; i++)
            {
                var result = i < reply.Results.Count ? reply.Results[i] : new ClaimResult { Outcome = ClaimResult.Types.Outcome.Unavailable };
                if (_desk.TrySettle(batch[i], result, stamp))
                {
                    settled++;
                }
                else
                {
                    again.Add(batch[i]);
                }
            }
        }
        catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
        {
            // Register may be away or slow, or the lease have died without our knowing (FAILED_PRECONDITION): later it may go well.
            var level = LevelOfWait();
            Log.LoginsWait(_logger, level, batch.Count, fault.StatusCode, fault.Status.Detail);
            again.AddRange(batch);
        }
        finally
        {
            _pace.End(began, settled > 0);
            _underWay.End(stamp);
        }
    }

    /// <summary>An outage would be told of by every call: a warning now and then says it.</summary>
    private LogLevel LevelOfWait()
    {
        var told = Volatile.Read(ref _toldOfWait);
        var isQuiet = told == 0 || _time.GetElapsedTime(told) > TellOfWaitEvery;
        return isQuiet && Interlocked.CompareExchange(ref _toldOfWait, _time.GetTimestamp(), told) == told ? LogLevel.Warning : LogLevel.Debug;
    }

    private void TryAgain(List<LoginAttempt> again)
    {
        foreach (var login in again)
        {
            login.RegisterWasAway = true;
            if (!login.IsChatClient && _wheel.NowMs - login.StartedMs >= _options.LoginPatience.TotalMilliseconds)
            {
                _desk.GiveUp(login);
            }
            else if (!_waiting.Writer.TryWrite(login))
            {
                _desk.TurnAway(login, Waiting);
                _lost.LookSoon();
            }
        }

        again.Clear();
    }

    private static Claim ToClaim(LoginAttempt login)
    {
        var claim = new Claim
        {
            App = login.App,
            User = login.User,
            Device = login.Device,
            Token = login.IsSigned ? "" : login.Token,
            Session = login.Number,
            RemoteAddress = login.RemoteAddress,
            ClientVersion = login.Version,
            ChatClient = login.IsChatClient,
            Sdk = login.Sdk,
        };
        if (login.Ticket is { } ticket)
        {
            claim.ResumeEpoch = ticket.Epoch;
        }

        if (login.Proof is { } proof)
        {
            claim.SignedAtUs = (ulong)proof.IssuedMs * 1_000;
        }

        return claim;
    }
}
