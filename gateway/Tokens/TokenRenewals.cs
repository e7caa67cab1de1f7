using Microservices.Gateway.Connections;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Tokens;

/// <summary>
/// A verify on a verified connection whose session came by a signed token, or a bind of an app that is bound so: the next token takes the place of the one
/// that is about to expire. A few are checked at once, off the thread that reads; the connection reads on when it is answered.
/// </summary>
internal sealed class TokenRenewals(TokenChecks checks, TokenMetrics metrics, TimingWheel wheel, IOptions<SignedTokenOptions> options, ILogger<TokenRenewals> logger) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(options.Value.ConcurrentRenewals);
    private readonly long _minPauseMs = (long)options.Value.MinRenewalPause.TotalMilliseconds;

    /// <summary>Begins to renew.</summary>
    /// <returns>When the connection may read on; null = at once: it is refused.</returns>
    public Task? Begin(Connection connection, Session session, Verify verify)
    {
        if (session.Token is null)
        {
            connection.Fail(Command.Verify, verify.Id, Code.AlreadyVerified, "This connection is verified.");
            return null;
        }

        if (!IsOf(session, verify))
        {
            metrics.Renewal(RenewalOutcome.OtherIdentity);
            connection.Fail(Command.Verify, verify.Id, Code.AlreadyVerified, "This connection is verified as somebody else.");
            return null;
        }

        return BeginFor(connection, session, Command.Verify, verify.Id, verify.Token);
    }

    /// <summary>Begins to renew a session of who asks for it.</summary>
    /// <returns>When the connection may read on; null = at once: it is refused.</returns>
    public Task? BeginFor(Connection connection, Session session, Command command, string id, string token)
    {
        var now = wheel.NowMs;
        if (session.RenewalMs + _minPauseMs > now)
        {
            metrics.Renewal(RenewalOutcome.RateLimited);
            connection.Fail(command, id, Code.RateLimited, "Renewals come too fast.", (uint)(session.RenewalMs + _minPauseMs - now), session.NamedApp);
            return null;
        }

        session.RenewalMs = now;
        return Task.Run(() => RenewAsync(connection, session, id, token));
    }

    public void Dispose() => _slots.Dispose();

    /// <summary>What a verify leaves out is the session's.</summary>
    private static bool IsOf(Session session, Verify verify) =>
        (VerifyIdentity.UserOf(verify) is var user && (user.Length == 0 || user == session.User))
        && (verify.App.Length == 0 || verify.App == session.App.Name)
        && (verify.Device.Length == 0 || verify.Device == session.Device);

    private async Task RenewAsync(Connection connection, Session session, string id, string token)
    {
        await _slots.WaitAsync();
        try
        {
            if (connection.IsClosing)
            {
                return;
            }

            var policy = session.App.Policy.Tokens;
            var outcome = TokenOutcome.Malformed;
            if (policy.IsSigned(token) && checks.Check(policy, session.User, session.Device, token, session.Token, out outcome) is { } times)
            {
                metrics.Renewal(RenewalOutcome.Renewed);
                connection.Renew(session, times, id);
            }
            else
            {
                metrics.Renewal(RenewalOutcome.Refused);
                connection.RefuseRenewal(session, TokenChecks.CodeOf(outcome), id);
            }
        }
        catch (Exception fault)
        {
            // A fault of ours.
            Log.RenewalFailed(logger, fault);
            connection.Close(Code.InternalError, "A fault of the server.");
        }
        finally
        {
            _slots.Release();
        }
    }
}
