using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microservices.Client.Connections;
using Microservices.Client.Endpoints;
using Microservices.Client.Messages;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Reconnecting;

/// <summary>Connects, and connects again, until a reason says stop: round by round over the addresses, with a pause between rounds.</summary>
internal sealed class Reconnector(PushClientOptions options, DispatcherClient dispatcher, Inbox inbox, Action<ClientState> onState)
{
    private readonly AddressBook _addresses = new(options, dispatcher);
    private readonly Backoff _backoff = new(options.Reconnect);
    private readonly Credentials _credentials = new(options.Token, options.TokenProvider);
    private readonly ResumeTicket _ticket = new();
    private readonly LateLogins _late = new(options.TimeProvider);
    private readonly Lock _sync = new();
    private TimeSpan _proposed;
    private volatile Connection? _current;
    private volatile HeartbeatPace? _pace;

    /// <summary>The verified connection; null while there is none.</summary>
    public Connection? Current => _current;

    /// <summary>How often it beats; zero while there is none.</summary>
    public TimeSpan HeartbeatInterval => _pace?.Interval ?? TimeSpan.Zero;

    /// <summary>Proposes a heartbeat interval, now and at each login from now on.</summary>
    public void ProposeHeartbeat(TimeSpan interval)
    {
        lock (_sync)
        {
            _proposed = interval;
            _pace?.Propose(interval);
        }
    }

    /// <summary>Runs to the end: its reason.</summary>
    /// <param name="stop">Closes.</param>
    public async Task<ConnectionEnd> RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var end = await RoundAsync(stop);
                if (end.Code == Code.Displaced && _late.TryBlame())
                {
                    end = end with { Action = ClientAction.Reconnect, Message = "Displaced by an earlier login of this client." };
                }

                if (end.Action == ClientAction.Stop)
                {
                    _ticket.Drop();
                    return end;
                }

                if (end.VerifiedFor is { } span)
                {
                    _backoff.Verified(span);
                }

                if (!_backoff.TryNext(end, out var pause))
                {
                    return end with { Message = $"{options.Reconnect.MaxAttempts} tries in a row failed. The last one: {end.Message}" };
                }

                onState(new ClientState(ClientPhase.Waiting) { RetryIn = pause, Code = end.Code, Message = end.Message });
                await Task.Delay(pause, options.TimeProvider, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new ConnectionEnd(ClientAction.Stop, Code.Goodbye, "Closed by the application.");
        }
    }

    /// <summary>Tries address after address until one has let the client in, or says to back off or stop.</summary>
    private async Task<ConnectionEnd> RoundAsync(CancellationToken stop)
    {
        onState(new ClientState(ClientPhase.Connecting));
        var end = ConnectionEnd.Lost("No gateway is known.");
        await foreach (var endpoint in _addresses.RoundAsync(stop))
        {
            onState(new ClientState(ClientPhase.Connecting) { Endpoint = endpoint });
            end = await VisitAsync(endpoint, stop);
            _addresses.Direct(end.Addresses);
            if (end.VerifiedFor is null || end.Code == Code.GoingAway)
            {
                _addresses.Failed(endpoint);
            }

            if (end.VerifiedFor is not null || end.Action != ClientAction.Reconnect)
            {
                return end;
            }
        }

        return end;
    }

    private async Task<ConnectionEnd> VisitAsync(Endpoint endpoint, CancellationToken stop)
    {
        try
        {
            var token = await _credentials.GetAsync(stop);
            var stream = await TcpLink.OpenAsync(endpoint, options, stop);
            await using var connection = new Connection(stream, options);
            var proposed = Heartbeat;
            var pace = new HeartbeatPace(proposed);
            var session = new Session(
                connection, options, _credentials, _ticket, pace, inbox, answer => OnVerified(connection, endpoint, answer, pace, proposed));
            try
            {
                var end = await connection.RunAsync(session.OnFrame, abort => session.RunAsync(token, abort), stop);
                return end with { VerifiedFor = session.VerifiedFor };
            }
            finally
            {
                if (session.IsUnanswered)
                {
                    _late.Add();
                }

                _current = null;
                _pace = null;
                inbox.Fetches.Disconnected();
                inbox.Apps.Disconnected(connection);
            }
        }
        catch (Exception fault) when (fault is SocketException or IOException or TimeoutException or TokenException or CryptographicException)
        {
            return ConnectionEnd.Lost(fault.Message);
        }
        catch (AuthenticationException fault)
        {
            return ConnectionEnd.Lost($"No TLS with {endpoint}: {fault.Message}");
        }
    }

    private TimeSpan Heartbeat
    {
        get
        {
            lock (_sync)
            {
                return _proposed > TimeSpan.Zero ? _proposed
                    : options.Heartbeat.FollowDispatcher && _addresses.AdvisedHeartbeat > TimeSpan.Zero ? _addresses.AdvisedHeartbeat
                    : options.Heartbeat.Interval;
            }
        }
    }

    private void OnVerified(Connection connection, Endpoint endpoint, VerifyResult answer, HeartbeatPace pace, TimeSpan proposed)
    {
        _addresses.Succeeded(endpoint);
        lock (_sync)
        {
            _pace = pace;
            if (_proposed > TimeSpan.Zero && _proposed != proposed)
            {
                // Proposed while the login was on its way.
                pace.Propose(_proposed);
            }
        }

        _current = connection;
        inbox.Fetches.Connected(connection);
        onState(new ClientState(ClientPhase.Verified) { Endpoint = endpoint, Session = answer.Session, Resumed = answer.Resumed });
    }
}
