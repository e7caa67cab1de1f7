using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Health.V1;
using Microservices.Hosting.Health;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Microservices.Hosting.Rpc;

/// <summary>The standard gRPC health service, for the whole process ("") and for each service on its ports.</summary>
internal sealed class HealthRpc(
    ReadinessCheck readiness,
    EndpointDataSource endpoints,
    HealthWatchers watchers,
    IHostApplicationLifetime lifetime,
    TimeProvider time) : Grpc.Health.V1.Health.HealthBase
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        var status = await StatusAsync(request.Service, context.CancellationToken);
        return status == ServingStatus.ServiceUnknown
            ? throw new RpcException(new Status(StatusCode.NotFound, "There is no such service on this port."))
            : new HealthCheckResponse { Status = status };
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        if (!watchers.TryEnter())
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"{HealthWatchers.Limit} watches are running; that is the limit."));
        }

        try
        {
            await WatchAsync(request.Service, responseStream, context.CancellationToken);
        }
        finally
        {
            watchers.Leave();
        }
    }

    private async Task WatchAsync(string service, IServerStreamWriter<HealthCheckResponse> responses, CancellationToken cancellationToken)
    {
        // A watch must not hold up the stop of the service; its last word is "not serving".
        using var timer = new PeriodicTimer(WatchInterval, time);
        using var stop = lifetime.ApplicationStopping.Register(timer.Dispose);
        var told = ServingStatus.Unknown;
        do
        {
            var status = await StatusAsync(service, cancellationToken);
            if (status != told)
            {
                told = status;
                await responses.WriteAsync(new HealthCheckResponse { Status = status }, cancellationToken);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));

        if (told == ServingStatus.Serving)
        {
            await responses.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }, cancellationToken);
        }
    }

    private async Task<ServingStatus> StatusAsync(string service, CancellationToken cancellationToken)
    {
        if (service.Length > 0 && !IsKnown(service))
        {
            return ServingStatus.ServiceUnknown;
        }

        return (await readiness.FailingAsync(cancellationToken)).Count == 0 ? ServingStatus.Serving : ServingStatus.NotServing;
    }

    private bool IsKnown(string service) =>
        endpoints.Endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName == service);
}
