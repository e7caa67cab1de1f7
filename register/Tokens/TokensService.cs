using Grpc.Core;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Hosting.Rpc;
using Microservices.Register.Apps;
using Microservices.Register.Presence;
using Microservices.Register.Rooms;
using Microservices.Register.Sessions;
using Microservices.Register.Store;

namespace Microservices.Register.Tokens;

/// <summary>The gRPC service of tokens.</summary>
internal sealed class TokensService(
    ITokenStore tokens, ISessionStore sessions, AppDirectory apps, LiveRooms live, Displacements displacements, IPresenceSignal signal, RegisterMetrics metrics)
    : Contracts.Register.Tokens.TokensBase
{
    public override async Task<IssueTokenReply> Issue(IssueTokenRequest request, ServerCallContext context)
    {
        await CheckAsync(request.App, request.User, context.CancellationToken);
        if (request.Token.Length > 0 && TokenText.FaultOf(request.Token) is { } fault)
        {
            throw new InvalidRequestException("token", fault);
        }

        var token = request.Token.Length > 0 ? request.Token : TokenText.New();
        await tokens.WriteAsync(request.App, request.User, token, context.CancellationToken);
        return new IssueTokenReply { Token = token };
    }

    public override async Task<RevokeTokenReply> Revoke(RevokeTokenRequest request, ServerCallContext context)
    {
        var stop = context.CancellationToken;
        await CheckAsync(request.App, request.User, stop);

        // In this order: a claim that read the token before is either ended here or reads it again (ClaimState.Recheck).
        var removed = await tokens.RemoveAsync(request.App, request.User, stop);
        var revoked = await sessions.RevokeAsync(request.App, request.User, stop);
        if (revoked.Ended.Count > 0)
        {
            signal.Dirty(Partition.Of(request.App, request.User));
        }

        var view = await live.CurrentAsync(revoked.Ended, stop);

        // Signed tokens are void from now on, whether there are any or not.
        var takesSigned = (apps.Find(request.App)?.Tokens?.Kinds ?? TokenKinds.Stored) != TokenKinds.Stored;
        var reply = new RevokeTokenReply { Revoked = removed || takesSigned };
        foreach (var session in revoked.Ended.Where(session => view.IsLive(session.Incarnation)))
        {
            session.Room = view.NameOf(session.Incarnation);
            reply.Ended.Add(session);
        }

        displacements.Notify(reply.Ended, CloseCode.TokenRevoked, "the token was revoked");
        metrics.Displaced(reply.Ended.Count);
        await displacements.RecordAsync(revoked.ToTell, view, stop);
        return reply;
    }

    private async Task CheckAsync(string app, string user, CancellationToken cancellationToken)
    {
        Require("app", Identifiers.FaultOfApp(app));
        if (await apps.FindAsync(app, cancellationToken) is null)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"app: there is no app {app}"));
        }

        Require("user", Identifiers.FaultOfName("user", user));
        Require("user", ClaimRules.FaultOfToken(app, user, apps));
    }

    private static void Require(string field, string? fault)
    {
        if (fault is not null)
        {
            throw new InvalidRequestException(field, fault);
        }
    }
}
