using System.Buffers;
using Microservices.Contracts;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Tokens;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Commands;

/// <summary>Command 1. The connection reads nothing more until it is answered, so that no frame overtakes it.</summary>
internal sealed class VerifyCommand(
    LoginQueue logins,
    LoginDesk desk,
    SessionTable sessions,
    ResumeTickets tickets,
    AppDirectory apps,
    TokenChecks checks,
    TokenRenewals renewals,
    TokenMetrics tokenMetrics,
    TimingWheel wheel,
    GatewayMetrics metrics)
    : ICommandHandler
{
    /// <summary>The longest token that register stores; signed ones may be longer.</summary>
    private const int MaxTokenLength = 512;

    /// <summary>A login keeps its id while it waits.</summary>
    private const int MaxIdLength = 128;

    public Command Command => Command.Verify;

    public bool WorksUnverified => true;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        var verify = FrameBody.Read<Verify>(header, body);
        if (connection.Session is { } session)
        {
            return renewals.Begin(connection, session, verify);
        }

        if (!connection.TryCountVerify())
        {
            connection.Close(Code.VerifyTimeout, "Too many verifies failed.");
            return null;
        }

        return LogIn(connection, verify, header.Version);
    }

    /// <summary>Begins a login: of a verify, or of a bind, whose body says as much of a further app.</summary>
    /// <returns>When the connection may read on; null = at once.</returns>
    public Task? LogIn(Connection connection, Verify verify, uint version)
    {
        var login = new LoginAttempt(connection, verify, TicketOf(verify), sessions.NextNumber(), version, connection.RemoteAddress, wheel.NowMs);
        login.IsSigned = apps.Find(login.App)?.Policy.Tokens.IsSigned(login.Token) ?? false;
        connection.BeginLogin(login);
        if (FaultOf(login) is { } fault)
        {
            desk.Refuse(login, fault, fault == Code.WrongToken ? LoginOutcome.WrongToken : LoginOutcome.Invalid);
            return null;
        }

        switch (logins.Add(login))
        {
            case LoginVerdict.Queued:
                return login.Finished;
            case LoginVerdict.TryLater:
                desk.TryLater(login, logins.Waiting);
                return null;
            default:
                desk.TurnAway(login, logins.Waiting);
                return null;
        }
    }

    /// <summary>The resume ticket, if it is genuine and the client's own. With any other the verify goes on as if there were none.</summary>
    private ResumeTicket? TicketOf(Verify verify)
    {
        if (verify.Resume.Length == 0)
        {
            return null;
        }

        var ticket = tickets.Read(verify.Resume, out var fault);
        if (ticket is not null && !VerifyIdentity.Fits(verify, ticket))
        {
            (ticket, fault) = (null, TicketOutcome.OtherIdentity);
        }

        if (ticket is null)
        {
            metrics.Ticket(fault);
        }

        return ticket;
    }

    private Code? FaultOf(LoginAttempt login)
    {
        if (login.Id.Length > MaxIdLength || Identifiers.FaultOfApp(login.App) is not null || Identifiers.FaultOfName("user", login.User) is not null
            || (login.Device.Length > 0 && Identifiers.FaultOfName("device", login.Device) is not null)
            || (login.Sdk.Length > 0 && Identifiers.FaultOfName("sdk", login.Sdk) is not null))
        {
            return Code.InvalidArgument;
        }

        var isTooLong = login.Token.Length > (login.IsSigned ? checks.MaxLength : MaxTokenLength);
        if (isTooLong && login.IsSigned)
        {
            tokenMetrics.Checked(TokenOutcome.TooLong);
        }

        return isTooLong || (login.Token.Length == 0 && login.Ticket is null) ? Code.WrongToken : null;
    }
}
