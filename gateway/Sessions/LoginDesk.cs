using System.Collections.Concurrent;
using Microservices.Contracts.Register;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Tokens;
using Microservices.Protocol;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Gateway.Sessions;

/// <summary>Turns register's answer to a claim into a session and the answer to the client.</summary>
internal sealed class LoginDesk(
    SessionTable table,
    SessionEnds ends,
    LostSessions lost,
    AppDirectory apps,
    RoomState room,
    Reclaimer reclaimer,
    SessionOpener opener,
    ResumeTickets tickets,
    LoginPace pace,
    GatewayMetrics metrics,
    TimingWheel wheel,
    ILogger<LoginDesk> logger)
{
    /// <summary>Clients tell the same few names of SDKs; one string of each is enough. A liar's further ones are its own.</summary>
    private const int MaxSdks = 256;

    private readonly ConcurrentDictionary<string, string> _sdks = new(StringComparer.Ordinal);

    /// <summary>Settles the login.</summary>
    /// <returns>False: register could not say; it is to be tried again.</returns>
    public bool TrySettle(LoginAttempt login, ClaimResult result, ClaimStamp stamp)
    {
        try
        {
            return TryAnswer(login, result, stamp);
        }
        catch (Exception fault)
        {
            // A fault of ours; the logins behind this one have no part in it.
            Log.SettleFailed(logger, fault);
            login.Connection.Close(Code.InternalError, "A fault of the server.");
            table.Remove(login);
            lost.LookSoon();
            return true;
        }
    }

    /// <summary>Nobody waits any more for a claim that register may have made or not: the client is told to try later, and what register holds is looked through.</summary>
    public void GiveUp(LoginAttempt login)
    {
        TryLater(login, waiting: 0);
        lost.LookSoon();
    }

    /// <summary>Register is away: the client is told when to verify again; the connection stays.</summary>
    /// <param name="login">A login that never went to register.</param>
    /// <param name="waiting">How many wait.</param>
    public void TryLater(LoginAttempt login, int waiting) => Refuse(login, Code.TryLater, LoginOutcome.TryLater, pace.RetryAfter(waiting));

    /// <summary>More logins wait than can be served in time: the client is told when to come back, and the connection ends.</summary>
    /// <param name="login">A login that never went to register.</param>
    /// <param name="waiting">How many wait.</param>
    public void TurnAway(LoginAttempt login, int waiting)
    {
        var retryAfter = pace.RetryAfter(waiting);
        var settled = login.TrySettle(() => login.Connection.TurnAway(login, retryAfter));
        table.Remove(login);
        Count(login, settled ? LoginOutcome.Overloaded : LoginOutcome.Abandoned);
    }

    /// <summary>Refuses a login that never went to register, or that register refused.</summary>
    public void Refuse(LoginAttempt login, Code reason, LoginOutcome outcome, TimeSpan retryAfter = default)
    {
        var settled = login.TrySettle(() => login.Connection.RefuseLogin(login, reason, retryAfter));
        table.Remove(login);
        Count(login, settled ? outcome : LoginOutcome.Abandoned);
    }

    /// <summary>The client has gone before register heard of its login.</summary>
    public void Forget(LoginAttempt login)
    {
        table.Remove(login);
        Count(login, LoginOutcome.Abandoned);
    }

    private bool TryAnswer(LoginAttempt login, ClaimResult result, ClaimStamp stamp)
    {
        if (login.Ticket is not null && result.Outcome is Outcome.Claimed or Outcome.WrongToken)
        {
            metrics.Ticket(result.Resumed ? TicketOutcome.Resumed : TicketOutcome.Overtaken);
        }

        switch (result.Outcome)
        {
            case Outcome.Claimed:
                Welcome(login, result, stamp);
                return true;
            case Outcome.WrongToken:
                Refuse(login, Code.WrongToken, LoginOutcome.WrongToken);
                return true;
            case Outcome.UnknownApp:
                Refuse(login, Code.UnknownApp, LoginOutcome.UnknownApp);
                return true;
            case Outcome.Invalid:
                Refuse(login, Code.InvalidArgument, LoginOutcome.Invalid);
                return true;
            case Outcome.Unavailable:
                return false;
            default:
                Log.UnknownOutcome(logger, (int)result.Outcome);
                return false;
        }
    }

    private void Welcome(LoginAttempt login, ClaimResult result, ClaimStamp stamp)
    {
        var app = apps.Get(login.App);
        login.IsResumed = result.Resumed;
        var token = result.Resumed ? TokenOfResumed(login) : login.Proof;
        login.NextTicket = login.IsChatClient ? "" : tickets.Issue(new ResumeTicket(app.Name, login.User, login.Device, result.Epoch, token));
        var displaced = result.Displaced is { } other && other.Incarnation == room.Incarnation
            ? new Contracts.Bus.SessionKey { Session = other.Key.Session, Epoch = other.Key.Epoch }
            : null;
        login.Former = result.Resumed && displaced?.Epoch == login.Ticket?.Epoch ? displaced : null;
        var session = new Session
        {
            Connection = login.Connection,
            App = app,
            User = login.User,
            Device = login.Device,
            Sdk = OneOfEach(login.Sdk),
            Number = login.Number,
            Epoch = result.Epoch,
            ClaimedFor = stamp,
            IsChatClient = login.IsChatClient,
            WantsHeartbeatAck = login.WantsHeartbeatAck,
            WantsAck = login.WantsAck,
            MayPark = login.NextTicket.Length > 0,
            Token = token,
            ProposedHeartbeatMs = login.ProposedHeartbeatMs,
        };
        var settled = login.TrySettle(() => login.Connection.LogIn(login, session));
        table.Remove(login);
        Count(login, settled ? LoginOutcome.Verified : LoginOutcome.Abandoned);
        if (!settled)
        {
            ends.Add(login.App, login.User, login.Device, result.Epoch, login.Connection.Reason);
            return;
        }

        opener.Add(session);
        if (stamp != room.Stamp)
        {
            // While register answered, the lease died, or a refill was asked for.
            reclaimer.Wake();
        }

        // The bus tells the displaced room too; within this one there is no need to wait for it.
        if (table.Find(displaced) is { } former)
        {
            former.Close(Code.Displaced, "The same user logged in elsewhere.");
        }
    }

    /// <summary>A resumed session keeps the end of the token that it came by, unless a later token was shown along with the ticket.</summary>
    private static TokenTimes? TokenOfResumed(LoginAttempt login) =>
        login is { Proof: { } shown, Ticket.Token: { } kept } && shown.IssuedMs >= kept.IssuedMs && shown.ExpiresMs > kept.ExpiresMs ? shown : login.Ticket?.Token;

    private string OneOfEach(string sdk) =>
        _sdks.TryGetValue(sdk, out var known) ? known : _sdks.Count < MaxSdks ? _sdks.GetOrAdd(sdk, sdk) : sdk;

    private void Count(LoginAttempt login, LoginOutcome outcome) =>
        metrics.LoggedIn(outcome, TimeSpan.FromMilliseconds(wheel.NowMs - login.StartedMs));
}
