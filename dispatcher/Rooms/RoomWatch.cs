using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Dispatcher.Metrics;
using Microservices.Hosting.RegisterClient;
using Microsoft.Extensions.Options;
using RoomsClient = Microservices.Contracts.Register.Rooms.RoomsClient;

namespace Microservices.Dispatcher.Rooms;

/// <summary>Follows register's list of rooms for as long as the service runs, whatever register does.</summary>
internal sealed class RoomWatch(
    RoomsClient rooms,
    RoomDirectory directory,
    IOptions<RoomsOptions> options,
    IOptions<RegisterClientOptions> register,
    DispatcherMetrics metrics,
    TimeProvider time,
    ILogger<RoomWatch> logger) : BackgroundService
{
    private readonly RoomsOptions _options = options.Value;
    private bool _away;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var delay = _options.RetryDelay;
        while (true)
        {
            try
            {
                await FollowAsync(() => delay = _options.RetryDelay, stoppingToken);
                Away("the stream ended");
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (TimeoutException fault)
            {
                Away(fault.Message);
            }
            catch (RpcException fault)
            {
                Away($"{fault.StatusCode}: {fault.Status.Detail}");
            }
            catch (Exception fault)
            {
                Log.WatchFailed(logger, fault);
                Away("a fault of this service, see above");
            }

            // Half of it is random: dispatchers do not come back to a register all at once.
            await Task.Delay(delay * (0.5 + (Random.Shared.NextDouble() / 2)), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay * 2 > _options.MaxRetryDelay ? _options.MaxRetryDelay : delay * 2;
        }
    }

    private async Task FollowAsync(Action listArrived, CancellationToken stoppingToken)
    {
        using var silent = new CancellationTokenSource(_options.FirstListTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, stoppingToken);
        using var call = rooms.Watch(new WatchRoomsRequest(), cancellationToken: stoppingToken);

        // Only the first list has a deadline: afterwards silence means no change, and the channel's own probes notice a dead register.
        var more = await FirstAsync(call.ResponseStream, silent, either.Token);
        while (more)
        {
            listArrived();
            Back();
            directory.Apply(call.ResponseStream.Current);
            more = await call.ResponseStream.MoveNext(stoppingToken);
        }
    }

    private async Task<bool> FirstAsync(IAsyncStreamReader<RoomList> lists, CancellationTokenSource silent, CancellationToken cancellationToken)
    {
        try
        {
            return await lists.MoveNext(cancellationToken);
        }
        catch (Exception) when (silent.IsCancellationRequested)
        {
            throw new TimeoutException($"no list within {_options.FirstListTimeout.TotalSeconds:0.#} s");
        }
    }

    private void Away(string why)
    {
        metrics.RegisterUp(false);
        if (!_away)
        {
            _away = true;
            directory.RegisterAway(Where(), why);
        }
    }

    private void Back()
    {
        metrics.RegisterUp(true);
        if (_away)
        {
            _away = false;
            Log.RegisterBack(logger);
        }
    }

    private string Where() => register.Value.Addresses.Count == 0 ? "its default address" : string.Join(", ", register.Value.Addresses);
}
