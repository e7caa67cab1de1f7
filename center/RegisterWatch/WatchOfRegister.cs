using Grpc.Core;
using Microservices.Hosting.Health;
using Microservices.Hosting.RegisterClient;
using Microsoft.Extensions.Options;

namespace Microservices.Center.RegisterWatch;

/// <summary>Follows one of register's streams for as long as the service runs, and opens it again when it ends.</summary>
/// <param name="open">Opens the stream.</param>
/// <param name="apply">Takes up one message; runs on the loop.</param>
/// <param name="gate">Told whether the stream stands; null when another watch tells it.</param>
internal sealed class WatchOfRegister<TMessage>(
    Func<CancellationToken, AsyncServerStreamingCall<TMessage>> open,
    Action<TMessage> apply,
    DependencyGate? gate,
    IOptions<RegisterClientOptions> register,
    TimeProvider time,
    ILogger<WatchOfRegister<TMessage>> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var came = await FollowAsync(stoppingToken);

                // One of several registers that restarts ends the stream; the next one takes it up, and that alone makes nobody wait.
                failures = came ? 1 : failures + 1;
                if (!came)
                {
                    gate?.Waiting(Where, "it ended the stream before it told anything");
                }
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException fault)
            {
                failures++;
                gate?.Waiting(Where, $"{fault.StatusCode}: {fault.Status.Detail}");
            }
            catch (Exception fault)
            {
                failures++;
                gate?.Waiting(Where, fault.Message);
                Log.WatchFailed(logger, fault);
            }

            await PauseAsync(failures, stoppingToken);
        }
    }

    private string Where => register.Value.Addresses is { Count: > 0 } addresses ? string.Join(", ", addresses) : "the default address";

    private async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        var came = false;
        using var call = open(cancellationToken);
        try
        {
            await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                apply(message);
                came = true;
                gate?.Up();
            }
        }
        catch (RpcException) when (came && !cancellationToken.IsCancellationRequested)
        {
            // It worked until now: the next attempt decides whether register is away.
        }

        return came;
    }

    private async Task PauseAsync(int failures, CancellationToken cancellationToken)
    {
        var longest = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 10)));
        var pause = TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
