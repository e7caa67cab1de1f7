using System.Diagnostics;
using System.Net;
using Microservices.Protocol.Bodies;

namespace Microservices.Cli.Load;

/// <summary>Opens the connections at a rate, keeps them alive, and closes them.</summary>
internal sealed class LoadRun(LoadSettings settings, IReadOnlyList<EndPoint> targets, LoadCounters counters) : IDisposable
{
    // So many logins may wait for an answer; a slow server slows the run down rather than filling this process.
    private const int MaxOpening = 1_000;
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private readonly LoadConnection?[] _connections = new LoadConnection?[settings.Connections];
    private readonly double[] _loginSeconds = new double[settings.Connections];

    /// <summary>How long opening them took.</summary>
    public TimeSpan OpeningTime { get; private set; }

    /// <summary>The time from connect to a verified session, seconds, shortest first.</summary>
    public double[] LoginSeconds() => [.. _loginSeconds.Where(static seconds => seconds > 0).Order()];

    /// <summary>Opens all; ends when each is verified or has failed.</summary>
    public async Task OpenAsync(string[] tokens, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var room = new SemaphoreSlim(MaxOpening);
        var opening = new List<Task>(MaxOpening);
        try
        {
            for (var next = 0; next < tokens.Length;)
            {
                // By the clock and not by the tick, so that a late tick is made up for.
                var due = Math.Min(tokens.Length, (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * settings.Rate) + 1);
                for (; next < due; next++)
                {
                    await room.WaitAsync(cancellationToken);
                    opening.Add(OpenOneAsync(next, tokens[next], room, cancellationToken));
                }

                opening.RemoveAll(static task => task.IsCompletedSuccessfully);
                if (next < tokens.Length)
                {
                    await Task.Delay(Pause(), cancellationToken);
                }
            }
        }
        finally
        {
            await Task.WhenAll(opening);
            OpeningTime = Stopwatch.GetElapsedTime(started);
        }
    }

    /// <summary>Sends every connection's heartbeats, spread over the interval, until cancelled.</summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick);
        var next = 0;
        var owed = 0.0;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var interval = Math.Min(settings.Heartbeat.TotalMilliseconds, counters.ShortestHeartbeatMs);
                owed += _connections.Length * (Tick.TotalMilliseconds / interval);
                for (; owed >= 1; owed--)
                {
                    Volatile.Read(ref _connections[next])?.Beat();
                    next = (next + 1) % _connections.Length;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection?.Dispose();
        }
    }

    private TimeSpan Pause() => TimeSpan.FromSeconds(Math.Clamp(1.0 / settings.Rate, 0.005, 0.1));

    private async Task OpenOneAsync(int index, string token, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        try
        {
            var verify = new Verify
            {
                App = settings.App,
                User = settings.UserOf(index),
                Token = token,
                Sdk = "load",
                Features = settings.Acknowledges ? [Features.Ack] : [],
                HeartbeatMs = (uint)settings.Heartbeat.TotalMilliseconds,
            };
            var source = settings.Sources.Count > 0 ? settings.Sources[index % settings.Sources.Count] : null;
            var started = Stopwatch.GetTimestamp();
            var connection = await LoadConnection.OpenAsync(targets[index % targets.Count], source, verify, counters, OpenTimeout, cancellationToken);
            if (connection is not null)
            {
                _loginSeconds[index] = Stopwatch.GetElapsedTime(started).TotalSeconds;
                Volatile.Write(ref _connections[index], connection);
            }
        }
        finally
        {
            room.Release();
        }
    }
}
