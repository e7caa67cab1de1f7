using System.Threading.Channels;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Rooms;
using Microservices.Protocol;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Sessions;

/// <summary>Claims sessions in register. Logins that wait together share a call; a few calls are under way at once; the queue is bounded.</summary>
internal sealed class LoginQueue
{
    private readonly Channel<LoginAttempt> _waiting;
    private readonly Contracts.Register.Sessions.SessionsClient _register;
    private readonly LoginDesk _desk;
    private readonly SessionTable _table;
    private readonly RoomState _room;
    private readonly GatewayMetrics _metrics;
    private readonly TimingWheel _wheel;
    private readonly SessionsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<LoginQueue> _logger;

    public LoginQueue(
        Contracts.Register.Sessions.SessionsClient register,
        LoginDesk desk,
        SessionTable table,
        RoomState room,
        GatewayMetrics metrics,
        TimingWheel wheel,
        IOptions<SessionsOptions> options,
        TimeProvider time,
        ILogger<LoginQueue> logger)
    {
        _register = register;
        _desk = desk;
        _table = table;
        _room = room;
        _metrics = metrics;
        _wheel = wheel;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _waiting = Channel.CreateBounded<LoginAttempt>(_options.MaxWaitingLogins);
        metrics.Gauge("gateway.logins.waiting", "{login}", "Logins that wait for register.", () => _waiting.Reader.Count);
    }

    /// <summary>Queues a login. Never waits.</summary>
    /// <returns>False: too many wait.</returns>
    public bool TryAdd(LoginAttempt login)
    {
        _table.Add(login);
        if (_waiting.Writer.TryWrite(login))
        {
            return true;
        }

        _table.Remove(login);
        return false;
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
                    await ClaimAsync(batch, again, cancellationToken);
                }
                catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
                {
                    // A fault of ours. Those of this batch that have no answer are closed at their verify deadline; the queue goes on.
                    Log.LoginsFailed(_logger, fault, batch.Count);
                }

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

    private void Take(List<LoginAttempt> batch)
    {
        batch.Clear();
        while (batch.Count < _options.MaxBatch && _waiting.Reader.TryRead(out var login))
        {
            if (login.IsAbandoned && !login.RegisterWasAway)
            {
                // Register never heard of it.
                _table.Remove(login);
            }
            else if (login.IsAbandoned)
            {
                _desk.GiveUp(login);
            }
            else
            {
                batch.Add(login);
            }
        }
    }

    private async Task ClaimAsync(List<LoginAttempt> batch, List<LoginAttempt> again, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var incarnation = _room.Incarnation;
        if (incarnation == 0)
        {
            // The lease is just being taken anew.
            again.AddRange(batch);
            return;
        }

        var request = new ClaimRequest { Incarnation = incarnation };
        request.Claims.AddRange(batch.Select(ToClaim));
        try
        {
            _metrics.LoginBatch(batch.Count);
            var reply = await _register.ClaimAsync(request, deadline: _time.GetUtcNow().UtcDateTime + _options.CallTimeout, cancellationToken: cancellationToken);
            for (var i = 0; i < batch.Count; i++)
            {
                var result = i < reply.Results.Count ? reply.Results[i] : new ClaimResult { Outcome = ClaimResult.Types.Outcome.Unavailable };
                if (!_desk.TrySettle(batch[i], result, incarnation))
                {
                    again.Add(batch[i]);
                }
            }
        }
        catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
        {
            // Register may be away or slow, or the lease have died without our knowing (FAILED_PRECONDITION): later it may go well.
            Log.LoginsWait(_logger, batch.Count, fault.StatusCode, fault.Status.Detail);
            again.AddRange(batch);
        }
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
                _desk.GiveUp(login);
                login.Connection.Close(Code.Overloaded, "Too many logins wait.");
            }
        }

        again.Clear();
    }

    private static Claim ToClaim(LoginAttempt login) => new()
    {
        App = login.App,
        User = login.User,
        Device = login.Verify.Device,
        Token = login.Verify.Token,
        Session = login.Number,
        RemoteAddress = login.RemoteAddress,
        ClientVersion = login.Version,
        ChatClient = login.IsChatClient,
        Sdk = login.Verify.Sdk,
    };
}
