using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Counts what the whole process allocates, this test included.</summary>
internal static class Allocations
{
    /// <summary>
    /// What may come whatever the number of frames: renewals, timers, the runtime's own events of the counting. The smallest object has 24 bytes: one
    /// in each of 1,000 frames is more.
    /// </summary>
    public const long AllowedBytes = 16 * 1024;

    private const int WarmUpRounds = 1_000;
    private const int MaxAttempts = 8;

    /// <summary>
    /// Heartbeats that get no answer: ten in each read of the gateway, 10,000 in all.
    /// </summary>
    public static void AssertNoneOfHeartbeats(RunningGateway gateway, TestClient client, byte[] beat)
    {
        const int BeatsPerRead = 10;
        byte[] beats = [.. Enumerable.Repeat(beat, BeatsPerRead).SelectMany(static beat => beat)];
        var sent = gateway.Metrics.FramesIn(Command.Heartbeat);

        AssertNone(1_000, () =>
        {
            client.SendBare(beats);
            sent += BeatsPerRead;
            var deadline = Environment.TickCount64 + (long)Eventually.DefaultDeadline.TotalMilliseconds;
            for (var wait = new SpinWait(); gateway.Metrics.FramesIn(Command.Heartbeat) < sent; wait.SpinOnce(sleep1Threshold: -1))
            {
                Assert.True(Environment.TickCount64 < deadline, "the gateway did not hear all heartbeats");
            }
        });
    }

    /// <summary><paramref name="round"/>, once it is warm, allocates nothing.</summary>
    /// <param name="rounds">1,000 or more.</param>
    /// <param name="round">One frame, or several.</param>
    public static void AssertNone(int rounds, Action round)
    {
        Repeat(Math.Min(rounds, WarmUpRounds), round);
        var least = Least(rounds, round, AllowedBytes);
        Assert.True(least <= AllowedBytes, $"{least} bytes in {rounds} rounds; {AllowedBytes} may come by chance.");
    }

    /// <summary>
    /// What <paramref name="rounds"/> allocate. Something of the runtime may allocate once in a while, what the path itself allocates shows every time:
    /// it is counted again until it is at most <paramref name="enough"/>, or clearly never is.
    /// </summary>
    public static long Least(int rounds, Action round, long enough)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < MaxAttempts && least > enough; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Repeat(rounds, round);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }

    private static void Repeat(int rounds, Action round)
    {
        for (var i = 0; i < rounds; i++)
        {
            round();
        }
    }
}
