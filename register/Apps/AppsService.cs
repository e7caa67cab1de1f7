using Grpc.Core;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Hosting.Rpc;
using Microservices.Register.Store;

namespace Microservices.Register.Apps;

/// <summary>The gRPC service of apps.</summary>
internal sealed class AppsService(IAppStore store, AppDirectory directory, RunningStreams streams, ILogger<AppsService> logger) : Contracts.Register.Apps.AppsBase
{
    private const int MaxTries = 5;

    public override async Task<PutAppReply> Put(PutAppRequest request, ServerCallContext context)
    {
        if (request.App is not { } app)
        {
            throw new InvalidRequestException("app", "is missing");
        }

        for (var tries = 0; ; tries++)
        {
            var (whole, ifRevision) = await CompleteAsync(app, request.HasIfRevision ? request.IfRevision : null, context.CancellationToken);
            if (AppRules.FaultOf(whole) is var (field, message))
            {
                throw new InvalidRequestException(field, message);
            }

            var write = await store.WriteAsync(whole, ifRevision, context.CancellationToken);
            switch (write.State)
            {
                case AppWriteState.Conflict when !request.HasIfRevision && tries < MaxTries:
                    // Changed since its secrets were read.
                    continue;
                case AppWriteState.Conflict:
                    throw new RpcException(new Status(StatusCode.Aborted, $"if_revision: app {app.Name} has revision {write.Revision}, not {ifRevision}"));
                case AppWriteState.Full:
                    throw new RpcException(new Status(StatusCode.ResourceExhausted, $"app: there are {AppWrite.MaxApps} apps; that is the limit"));
            }

            Log.AppChanged(logger, app.Name, write.Revision);
            await directory.RefreshAsync(context.CancellationToken);
            return new PutAppReply { App = TokenSecrets.Without(new App(whole) { Revision = write.Revision }) };
        }
    }

    public override async Task<App> Get(GetAppRequest request, ServerCallContext context)
    {
        if (Identifiers.FaultOfApp(request.Name) is { } fault)
        {
            throw new InvalidRequestException("name", fault);
        }

        return (await directory.RefreshAsync(context.CancellationToken)).Find(request.Name) is { } app
            ? TokenSecrets.Without(app)
            : throw new RpcException(new Status(StatusCode.NotFound, $"name: there is no app {request.Name}"));
    }

    public override async Task<AppList> List(ListAppsRequest request, ServerCallContext context) =>
        TokenSecrets.Without((await directory.RefreshAsync(context.CancellationToken)).Whole());

    public override Task Watch(WatchAppsRequest request, IServerStreamWriter<AppList> responseStream, ServerCallContext context) =>
        streams.RunAsync(context, async stop =>
        {
            var told = directory.Latest.IsLoaded ? directory.Latest : await directory.RefreshAsync(stop);
            await responseStream.WriteAsync(Shown(told.Whole()), stop);
            while (true)
            {
                var now = await directory.WaitForChangeAsync(told, stop);
                if (now.ChangesSince(told) is { } changes)
                {
                    await responseStream.WriteAsync(Shown(changes), stop);
                }

                told = now;
            }

            AppList Shown(AppList list) => request.WithSecrets ? list : TokenSecrets.Without(list);
        });

    private async Task<(App App, ulong? IfRevision)> CompleteAsync(App app, ulong? ifRevision, CancellationToken cancellationToken)
    {
        if (!TokenSecrets.AreLeftOut(app))
        {
            return (app, ifRevision);
        }

        var stored = (await directory.RefreshAsync(cancellationToken)).Find(app.Name);
        return (TokenSecrets.Complete(app, stored), ifRevision ?? stored?.Revision ?? 0);
    }
}
