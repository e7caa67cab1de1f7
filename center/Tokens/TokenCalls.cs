using Microservices.Center.Api;
using Microservices.Center.Apps;
using Microservices.Contracts.Center;
using RegisterIssue = Microservices.Contracts.Register.IssueTokenRequest;
using RegisterRevoke = Microservices.Contracts.Register.RevokeTokenRequest;
using TokensClient = Microservices.Contracts.Register.Tokens.TokensClient;

namespace Microservices.Center.Tokens;

/// <summary>The calls IssueToken and RevokeToken.</summary>
internal sealed class TokenCalls(AppCatalog apps, TokensClient register)
{
    public async Task<IssueTokenReply> IssueAsync(IssueTokenRequest request, CancellationToken cancellationToken)
    {
        TokenRules.Check(request);
        var app = await apps.GetAsync(request.App, cancellationToken);
        var reply = await register.IssueAsync(
            new RegisterIssue { App = app.Name, User = request.User, Token = request.Token },
            cancellationToken: cancellationToken);
        return new IssueTokenReply { Token = reply.Token };
    }

    public async Task<RevokeTokenReply> RevokeAsync(RevokeTokenRequest request, CancellationToken cancellationToken)
    {
        Arguments.CheckUser(request.User);
        var app = await apps.GetAsync(request.App, cancellationToken);
        var reply = await register.RevokeAsync(
            new RegisterRevoke { App = app.Name, User = request.User },
            cancellationToken: cancellationToken);
        return new RevokeTokenReply { Revoked = reply.Revoked, SessionsEnded = (uint)reply.Ended.Count };
    }
}
