using Grpc.Core;
using Microservices.Center.ApiKeys;
using Microservices.Center.Apps;
using Microservices.Center.Kick;
using Microservices.Center.Messages;
using Microservices.Center.Presence;
using Microservices.Center.Push;
using Microservices.Center.Rooms;
using Microservices.Center.Tokens;
using Microservices.Contracts.Center;
using CenterBase = Microservices.Contracts.Center.Center.CenterBase;

namespace Microservices.Center.Api;

/// <summary>
/// The API of center.proto. Each call says first what its key must allow; who calls and how faults are told is the business of
/// <see cref="ApiKeyInterceptor"/> and <see cref="Refusals.RefusalInterceptor"/>.
/// </summary>
internal sealed class CenterRpc(
    PushCall push, KickCall kick, KickJobCalls kickJobs, PresenceCalls presence, WatchCall watch, TokenCalls tokens, AppCalls apps, MessageCalls messages,
    RoomCalls rooms) : CenterBase
{
    public override Task<PushReply> Push(PushRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Push, request.App);
        return push.RunAsync(request, context.CancellationToken);
    }

    public override Task<KickReply> Kick(KickRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Kick, request.App);
        return kick.RunAsync(request, context.CancellationToken);
    }

    public override Task<KickJob> StartKick(StartKickRequest request, ServerCallContext context)
    {
        if (request.App.Length == 0 && request.TargetCase == StartKickRequest.TargetOneofCase.Room)
        {
            context.RequireForAllApps(ApiScope.Kick);
        }
        else
        {
            context.Require(ApiScope.Kick, request.App);
        }

        return kickJobs.StartAsync(request, context.CancellationToken);
    }

    public override Task<KickJob> GetKick(GetKickRequest request, ServerCallContext context) =>
        kickJobs.GetAsync(request.Id, context.Require(ApiScope.Kick), context.CancellationToken);

    public override Task WatchKick(GetKickRequest request, IServerStreamWriter<KickJob> responseStream, ServerCallContext context) =>
        kickJobs.WatchAsync(request.Id, context.Require(ApiScope.Kick), responseStream, context.CancellationToken);

    public override Task<KickJob> CancelKick(GetKickRequest request, ServerCallContext context) =>
        kickJobs.CancelAsync(request.Id, context.Require(ApiScope.Kick), context.CancellationToken);

    public override Task<GetPresenceReply> GetPresence(GetPresenceRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Presence, request.App);
        return presence.GetAsync(request, context.CancellationToken);
    }

    public override Task<ListOnlineReply> ListOnline(ListOnlineRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Presence, request.App);
        return presence.ListAsync(request, context.CancellationToken);
    }

    public override Task WatchPresence(WatchPresenceRequest request, IServerStreamWriter<PresenceUpdate> responseStream, ServerCallContext context)
    {
        var key = context.Require(ApiScope.Presence, request.App);
        return watch.RunAsync(request, key, responseStream, context.CancellationToken);
    }

    public override Task<IssueTokenReply> IssueToken(IssueTokenRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Tokens, request.App);
        return tokens.IssueAsync(request, context.CancellationToken);
    }

    public override Task<RevokeTokenReply> RevokeToken(RevokeTokenRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Tokens, request.App);
        return tokens.RevokeAsync(request, context.CancellationToken);
    }

    public override Task<AppDescription> PutApp(PutAppRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Apps, request.App?.Name ?? "", "app.name");
        return apps.PutAsync(request, context.CancellationToken);
    }

    public override Task<AppDescription> GetApp(GetAppRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Apps, request.Name, "name");
        return apps.GetAsync(request, context.CancellationToken);
    }

    public override Task<ListAppsReply> ListApps(ListAppsRequest request, ServerCallContext context) =>
        apps.ListAsync(context.Require(ApiScope.Apps), context.CancellationToken);

    public override Task<GetInboxReply> GetInbox(GetInboxRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Messages, request.App);
        return messages.GetInboxAsync(request, context.CancellationToken);
    }

    public override Task<ListDeadLettersReply> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Messages, request.App);
        return messages.ListDeadLettersAsync(request, context.CancellationToken);
    }

    public override Task<GetLedgerReply> GetLedger(GetLedgerRequest request, ServerCallContext context)
    {
        context.Require(ApiScope.Messages, request.App);
        return messages.GetLedgerAsync(request, context.CancellationToken);
    }

    public override Task<ListRoomsReply> ListRooms(ListRoomsRequest request, ServerCallContext context)
    {
        context.RequireForAllApps(ApiScope.Rooms);
        return rooms.ListAsync(context.CancellationToken);
    }
}
