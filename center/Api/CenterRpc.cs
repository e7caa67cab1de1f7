using Grpc.Core;
using Microservices.Center.ApiKeys;
using Microservices.Contracts.Center;
using CenterBase = Microservices.Contracts.Center.Center.CenterBase;

namespace Microservices.Center.Api;

/// <summary>
/// <see cref="CenterApi"/> by gRPC. Who calls and how faults are told is the business of <see cref="ApiKeyInterceptor"/> and
/// <see cref="Refusals.RefusalInterceptor"/>.
/// </summary>
internal sealed class CenterRpc(CenterApi api) : CenterBase
{
    public override Task<PushReply> Push(PushRequest request, ServerCallContext context) =>
        api.PushAsync(request, context.Key(), context.CancellationToken);

    public override Task<KickReply> Kick(KickRequest request, ServerCallContext context) =>
        api.KickAsync(request, context.Key(), context.CancellationToken);

    public override Task<KickJob> StartKick(StartKickRequest request, ServerCallContext context) =>
        api.StartKickAsync(request, context.Key(), context.CancellationToken);

    public override Task<KickJob> GetKick(GetKickRequest request, ServerCallContext context) =>
        api.GetKickAsync(request, context.Key(), context.CancellationToken);

    public override Task WatchKick(GetKickRequest request, IServerStreamWriter<KickJob> responseStream, ServerCallContext context) =>
        api.WatchKickAsync(request, context.Key(), responseStream, context.CancellationToken);

    public override Task<KickJob> CancelKick(GetKickRequest request, ServerCallContext context) =>
        api.CancelKickAsync(request, context.Key(), context.CancellationToken);

    public override Task<GetPresenceReply> GetPresence(GetPresenceRequest request, ServerCallContext context) =>
        api.GetPresenceAsync(request, context.Key(), context.CancellationToken);

    public override Task<ListOnlineReply> ListOnline(ListOnlineRequest request, ServerCallContext context) =>
        api.ListOnlineAsync(request, context.Key(), context.CancellationToken);

    public override Task WatchPresence(WatchPresenceRequest request, IServerStreamWriter<PresenceUpdate> responseStream, ServerCallContext context) =>
        api.WatchPresenceAsync(request, context.Key(), responseStream, context.CancellationToken);

    public override Task<IssueTokenReply> IssueToken(IssueTokenRequest request, ServerCallContext context) =>
        api.IssueTokenAsync(request, context.Key(), context.CancellationToken);

    public override Task<RevokeTokenReply> RevokeToken(RevokeTokenRequest request, ServerCallContext context) =>
        api.RevokeTokenAsync(request, context.Key(), context.CancellationToken);

    public override Task<AppDescription> PutApp(PutAppRequest request, ServerCallContext context) =>
        api.PutAppAsync(request, context.Key(), context.CancellationToken);

    public override Task<AppDescription> GetApp(GetAppRequest request, ServerCallContext context) =>
        api.GetAppAsync(request, context.Key(), context.CancellationToken);

    public override Task<ListAppsReply> ListApps(ListAppsRequest request, ServerCallContext context) =>
        api.ListAppsAsync(request, context.Key(), context.CancellationToken);

    public override Task<GetInboxReply> GetInbox(GetInboxRequest request, ServerCallContext context) =>
        api.GetInboxAsync(request, context.Key(), context.CancellationToken);

    public override Task<ListDeadLettersReply> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context) =>
        api.ListDeadLettersAsync(request, context.Key(), context.CancellationToken);

    public override Task<GetLedgerReply> GetLedger(GetLedgerRequest request, ServerCallContext context) =>
        api.GetLedgerAsync(request, context.Key(), context.CancellationToken);

    public override Task<ListRoomsReply> ListRooms(ListRoomsRequest request, ServerCallContext context) =>
        api.ListRoomsAsync(request, context.Key(), context.CancellationToken);
}
