using Grpc.Core;
using Microservices.Center.ApiKeys;
using Microservices.Center.Refusals;
using Microservices.Contracts.Center;
using AppsClient = Microservices.Contracts.Register.Apps.AppsClient;
using RegisterGet = Microservices.Contracts.Register.GetAppRequest;
using RegisterList = Microservices.Contracts.Register.ListAppsRequest;
using RegisterPut = Microservices.Contracts.Register.PutAppRequest;

namespace Microservices.Center.Apps;

/// <summary>The calls PutApp, GetApp and ListApps. They ask register, which judges the fields; the catalog may be a moment behind.</summary>
internal sealed class AppCalls(AppsClient register, AppCatalog catalog)
{
    public async Task<AppDescription> PutAsync(PutAppRequest request, CancellationToken cancellationToken)
    {
        var put = new RegisterPut { App = AppDescriptions.ToApp(request.App) };
        if (request.HasIfRevision)
        {
            put.IfRevision = request.IfRevision;
        }

        try
        {
            var reply = await register.PutAsync(put, cancellationToken: cancellationToken);
            catalog.Apply(reply.App);
            return AppDescriptions.ToDescription(reply.App);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.ResourceExhausted && !cancellationToken.IsCancellationRequested)
        {
            throw new RefusedException(RefusalCode.LimitReached, fault.Status.Detail);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.InvalidArgument)
        {
            throw new RefusedException(RefusalCode.InvalidArgument, AppDescriptions.ToDescriptionFields(fault.Status.Detail));
        }
    }

    public async Task<AppDescription> GetAsync(GetAppRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var app = await register.GetAsync(new RegisterGet { Name = request.Name }, cancellationToken: cancellationToken);
            return AppDescriptions.ToDescription(app);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            throw new RefusedException(RefusalCode.UnknownApp, $"There is no app '{request.Name}'.");
        }
    }

    public async Task<ListAppsReply> ListAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var list = await register.ListAsync(new RegisterList(), cancellationToken: cancellationToken);
        return new ListAppsReply { Apps = { list.Apps.Where(app => key.IsFor(app.Name)).Select(AppDescriptions.ToDescription) } };
    }
}
