using System.Diagnostics;
using System.Globalization;
using Microservices.Clusters;
using Microservices.Clusters.Crowds;
using Microservices.Clusters.Presence;

namespace Microservices.Benchmarks.Sessions;

/// <summary>The time from kill -9 of a gateway until everybody who was on it is offline for whoever asks, against the lease time.</summary>
internal static class KillPresenceRun
{
    private const int Runs = 5;
    private const double LeaseSeconds = 10;

    public static async Task RunAsync(int sessions)
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small with
        {
            Gateways = 2,
            Options = new Dictionary<string, string> { ["Rooms__LeaseTime"] = $"{TimeSpan.FromSeconds(LeaseSeconds):c}" },
        });
        var gateway = cluster.Gateways[0];
        for (var run = 1; run <= Runs; run++)
        {
            await using var crowd = await Crowd.NewAsync(cluster, Cluster.DefaultApp, sessions);
            await crowd.LoginAsync(gateway.Port);
            await WaitAsync(cluster, crowd, online: true);

            // Anywhere between two renewals.
            await Task.Delay(Random.Shared.Next(0, (int)(LeaseSeconds * 1_000 / 3)));
            var killed = Stopwatch.GetTimestamp();
            await gateway.KillAsync();
            var (offline, observations) = await WaitAsync(cluster, crowd, online: false);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"run {run}: {sessions} sessions, all offline {Stopwatch.GetElapsedTime(killed, offline).TotalSeconds:F1} s after the kill (lease {LeaseSeconds:F0} s, {observations} observations)"));
            await gateway.StartAsync();
            await gateway.WaitUntilReadyAsync();
        }
    }

    // When the reading began that said so of all.
    private static async Task<(long Began, int Observations)> WaitAsync(Cluster cluster, Crowd crowd, bool online)
    {
        string[] users = [.. crowd.Members.Select(static member => member.User.Name)];
        for (var observations = 1; ; observations++)
        {
            var began = Stopwatch.GetTimestamp();
            var reading = await PresenceReading.TryOfUsersAsync(cluster.Center(), crowd.App, users);
            if (reading is { Complete: true } && reading.Sessions.Values.All(sessions => sessions.Count == (online ? 1 : 0)))
            {
                return (began, observations);
            }

            await Task.Delay(50);
        }
    }
}
