using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Sessions;

/// <summary>
/// Looks for displaced sessions whose rooms were never told, because a register died or the store fell silent between a claim and its record.
/// The next claim in the partition would find them as well, but it may be long in coming.
/// </summary>
internal sealed class UntoldDisplacements(
    ISessionStore sessions, LiveRooms live, Displacements displacements, IOptions<RoomsOptions> options, TimeProvider time, ILogger<UntoldDisplacements> logger)
    : BackgroundService
{
    private const int PerPartition = 100;
    private const int AtOnce = 1_000;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundLoop.RunAsync(RecordAsync, stop => Task.Delay(options.Value.LeaseTime, time, stop), logger, stoppingToken);

    private async Task RecordAsync(CancellationToken cancellationToken)
    {
        foreach (var untold in (await sessions.UntoldAsync(PerPartition, cancellationToken)).Chunk(AtOnce))
        {
            var view = await live.CurrentAsync(untold.Max(static session => session.Incarnation), cancellationToken);
            await displacements.RecordAsync(untold, view, cancellationToken);
        }
    }
}
