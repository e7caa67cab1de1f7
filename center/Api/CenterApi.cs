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

namespace Microservices.Center.Api;

/// <summary>
/// The operations of center.proto, whichever way they are called: <see cref="CenterRpc"/> is the gRPC one, <see cref="Http"/> the JSON one.
/// Each says first what its key must allow.
/// </summary>
internal sealed class CenterApi(
    PushCall push, KickCall kick, KickJobCalls kickJobs, PresenceCalls presence, WatchCall watch, TokenCalls tokens, AppCalls apps, MessageCalls messages,
    RoomCalls rooms)
{
    public Task<PushReply> PushAsync(PushRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Push, request.App);
        return push.RunAsync(request, cancellationToken);
    }

    public Task<KickReply> KickAsync(KickRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Kick, request.App);
        return kick.RunAsync(request, cancellationToken);
    }

    public Task<KickJob> StartKickAsync(StartKickRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        if (request.App.Length == 0 && request.TargetCase == StartKickRequest.TargetOneofCase.Room)
        {
            key.RequireForAllApps(ApiScope.Kick);
        }
        else
        {
            key.Require(ApiScope.Kick, request.App);
        }

        return kickJobs.StartAsync(request, cancellationToken);
    }

    public Task<KickJob> GetKickAsync(GetKickRequest request, ApiKey key, CancellationToken cancellationToken) =>
        kickJobs.GetAsync(request.Id, key.Require(ApiScope.Kick), cancellationToken);

    public Task WatchKickAsync(GetKickRequest request, ApiKey key, IServerStreamWriter<KickJob> watcher, CancellationToken cancellationToken) =>
        kickJobs.WatchAsync(request.Id, key.Require(ApiScope.Kick), watcher, cancellationToken);

    public Task<KickJob> CancelKickAsync(GetKickRequest request, ApiKey key, CancellationToken cancellationToken) =>
        kickJobs.CancelAsync(request.Id, key.Require(ApiScope.Kick), cancellationToken);

    public Task<GetPresenceReply> GetPresenceAsync(GetPresenceRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Presence, request.App);
        return presence.GetAsync(request, cancellationToken);
    }

    public Task<ListOnlineReply> ListOnlineAsync(ListOnlineRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Presence, request.App);
        return presence.ListAsync(request, cancellationToken);
    }

    public Task WatchPresenceAsync(WatchPresenceRequest request, ApiKey key, IServerStreamWriter<PresenceUpdate> watcher, CancellationToken cancellationToken) =>
        watch.RunAsync(request, key.Require(ApiScope.Presence, request.App), watcher, cancellationToken);

    public Task<IssueTokenReply> IssueTokenAsync(IssueTokenRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Tokens, request.App);
        return tokens.IssueAsync(request, cancellationToken);
    }

    public Task<RevokeTokenReply> RevokeTokenAsync(RevokeTokenRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Tokens, request.App);
        return tokens.RevokeAsync(request, cancellationToken);
    }

    public Task<AppDescription> PutAppAsync(PutAppRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Apps, request.App?.Name ?? "", "app.name");
        return apps.PutAsync(request, cancellationToken);
    }

    public Task<AppDescription> GetAppAsync(GetAppRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Apps, request.Name, "name");
        return apps.GetAsync(request, cancellationToken);
    }

    public Task<ListAppsReply> ListAppsAsync(ListAppsRequest request, ApiKey key, CancellationToken cancellationToken) =>
        apps.ListAsync(key.Require(ApiScope.Apps), cancellationToken);

    public Task<GetInboxReply> GetInboxAsync(GetInboxRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Messages, request.App);
        return messages.GetInboxAsync(request, cancellationToken);
    }

    public Task<ListDeadLettersReply> ListDeadLettersAsync(ListDeadLettersRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Messages, request.App);
        return messages.ListDeadLettersAsync(request, cancellationToken);
    }

    public Task<GetLedgerReply> GetLedgerAsync(GetLedgerRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.Require(ApiScope.Messages, request.App);
        return messages.GetLedgerAsync(request, cancellationToken);
    }

    public Task<ListRoomsReply> ListRoomsAsync(ListRoomsRequest request, ApiKey key, CancellationToken cancellationToken)
    {
        key.RequireForAllApps(ApiScope.Rooms);
        return rooms.ListAsync(cancellationToken);
    }
}
