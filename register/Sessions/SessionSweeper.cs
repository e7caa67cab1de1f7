using Microservices.Contracts;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Sessions;

/// <summary>
/// Removes the stored sessions of dead rooms, paced. They don't count before that either: this only keeps the store small. Several registers
/// may sweep the same room.
/// </summary>
internal sealed class SessionSweeper(
    IRoomStore rooms, ISessionStore sessions, IOptions<RoomsOptions> options, RegisterMetrics metrics, TimeProvider time, ILogger<SessionSweeper> logger)
    : BackgroundService
{
    private const int RoomsAtOnce = 16;
    private const int PartitionsAtOnce = 32;
    private const int SessionsAtOnce = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundLoop.RunAsync(SweepAsync, stop => Task.Delay(options.Value.LeaseTime, time, stop), logger, stoppingToken);

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var incarnation in await rooms.DeadAsync(RoomsAtOnce, cancellationToken))
        {
            // A room that isn't swept to its end, because the store fell silent, stays on the list of the dead.
            var swept = await SweepAsync(incarnation, cancellationToken);
            await rooms.ForgetDeadAsync(incarnation, cancellationToken);
            Log.RoomSwept(logger, incarnation, swept);
        }
    }

    private async Task<int> SweepAsync(ulong incarnation, CancellationToken cancellationToken)
    {
        var total = 0;
        foreach (var partitions in Enumerable.Range(0, Partition.Count).Chunk(PartitionsAtOnce))
        {
            int[] swept;
            do
            {
                swept = await Task.WhenAll(partitions.Select(partition => sessions.SweepAsync(incarnation, partition, SessionsAtOnce, cancellationToken)));
                total += swept.Sum();
                metrics.Swept(swept.Sum());
                await Task.Delay(Pause, time, cancellationToken);
            }
            while (swept.Any(static count => count == SessionsAtOnce));
        }

        return total;
    }
}
