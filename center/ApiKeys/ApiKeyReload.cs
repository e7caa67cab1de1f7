using Microsoft.Extensions.Options;

namespace Microservices.Center.ApiKeys;

/// <summary>Looks at the key file again and again. Notifications of the file system miss changes behind links and on network file systems.</summary>
internal sealed class ApiKeyReload(ApiKeyRing keys, IOptions<ApiKeyOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReloadEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                keys.Reload();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
