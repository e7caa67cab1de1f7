using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Rooms;
using Microservices.Hosting.Health;

namespace Microservices.Gateway.Apps;

/// <summary>Follows register's list of apps for as long as the gateway runs.</summary>
internal sealed class AppWatch(
    Contracts.Register.Apps.AppsClient register, AppDirectory apps, Readiness readiness, TimeProvider time, ILogger<AppWatch> logger)
{
    /// <summary>What readiness waits for: policies must be known before the first session.</summary>
    public const string Dependency = "apps";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(pause, cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException fault)
            {
                Missing(fault.Status.Detail);
            }
            catch (Exception fault)
            {
                Log.WatchFailed(logger, fault);
                Missing(fault.Message);
            }

            await pause.WaitAsync(cancellationToken);
        }
    }

    private async Task FollowAsync(RetryPause pause, CancellationToken cancellationToken)
    {
        using var call = register.Watch(new WatchAppsRequest { WithSecrets = true }, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var list = call.ResponseStream.Current;
            apps.Apply(list.Apps);
            Log.AppsChanged(logger, list.Apps.Count, list.Whole);
            readiness[Dependency].Up();
            pause.Reset();
        }
    }

    private void Missing(string why)
    {
        // What is known stays known: once there was a list, the gateway works without a watch.
        if (!readiness[Dependency].IsUp)
        {
            readiness[Dependency].Waiting("register", why);
        }
    }
}
