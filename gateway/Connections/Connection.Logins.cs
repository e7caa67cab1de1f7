using Microservices.Gateway.Resume;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Tokens;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Connections;

/// <summary>What a login that waits asks of its connection.</summary>
internal sealed partial class Connection
{
    /// <summary>Nobody waits at the other end any more: the connection closes, or the client has ended its side.</summary>
    public bool IsGone => IsClosing || _transport.ConnectionClosed.IsCancellationRequested;

    /// <summary>The session goes on with another token; its client is told for how long, and gets a ticket that is good as long.</summary>
    public void Renew(Session session, TokenTimes token, string id)
    {
        session.Token = token;
        WatchToken(session);
        WatchDeadline();
        var ticket = session.IsChatClient ? "" : _parts.Tickets.Issue(new ResumeTicket(session.App.Name, session.User, session.Device, session.Epoch, token));
        if (!session.IsBound)
        {
            Send(Command.VerifyResult, VerifyAnswers.Welcome(session, id, ticket, resumed: false, _parts));
            return;
        }

        _outbox.Hold(() =>
        {
            if (session.IsClosing)
            {
                // 115 has gone out, or will: an app that is bound is not to come behind it.
                RefuseRenewal(session, Code.NotBound, id);
                return;
            }

            Send(Command.BindResult, VerifyAnswers.Bound(session, id, ticket, resumed: false, _parts));
        });
    }

    /// <summary>The session goes on with the token that it has.</summary>
    public void RefuseRenewal(Session session, Code reason, string id)
    {
        if (session.IsBound)
        {
            RefuseBind(session.App.Name, id, reason);
            return;
        }

        Send(Command.VerifyResult, VerifyAnswers.Refusal(session.IsChatClient, id, reason, retryAfter: default));
    }

    /// <summary>A login can't be taken now: the client is told when to come back, and the connection ends; with a bind that can't, it goes on.</summary>
    public void TurnAway(LoginAttempt login, TimeSpan retryAfter)
    {
        if (login.IsBind)
        {
            RefuseLogin(login, Code.TryLater, retryAfter);
            return;
        }

        if (!login.IsChatClient)
        {
            RefuseLogin(login, Code.Overloaded, retryAfter);
        }

        Close(Code.Overloaded, "Too many logins wait.", new Error
        {
            Code = Code.Overloaded,
            Reason = CodeTable.NameOf(Code.Overloaded),
            Message = "Too many logins wait.",
            RetryAfterMs = (uint)retryAfter.TotalMilliseconds,
        });
    }
}
