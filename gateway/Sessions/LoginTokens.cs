using Microservices.Gateway.Apps;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Tokens;
using Microservices.Protocol;

namespace Microservices.Gateway.Sessions;

/// <summary>
/// Checks the signed tokens of logins before they go to register, on the threads that make the calls: as many checks at once as calls, and at the rate of
/// logins. Who has a ticket too goes on without the token.
/// </summary>
internal sealed class LoginTokens(TokenChecks checks, AppDirectory apps, LoginDesk desk)
{
    /// <summary>Checks those that are not checked yet; refuses, and takes out, whom nothing else can let in.</summary>
    public void Check(List<LoginAttempt> batch) => batch.RemoveAll(IsRefused);

    private bool IsRefused(LoginAttempt login)
    {
        if (!login.IsSigned || login.IsChecked)
        {
            return false;
        }

        login.IsChecked = true;
        login.Proof = checks.Check(apps.Get(login.App).Policy.Tokens, login.User, login.Device, login.Token, follows: null, out var outcome);
        if (login.Proof is not null || login.Ticket is not null)
        {
            return false;
        }

        var code = TokenChecks.CodeOf(outcome);
        desk.Refuse(login, code, code == Code.TokenExpired ? LoginOutcome.TokenExpired : LoginOutcome.WrongToken);
        return true;
    }
}
