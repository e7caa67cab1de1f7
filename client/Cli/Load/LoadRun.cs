using System.Diagnostics;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Engine.Transports;
using Microservices.Cli.Load.Gateway;
using Microservices.Cli.Load.Users;

namespace Microservices.Cli.Load;

/// <summary>The loops of a run and their connections: opens them at a rate, keeps them alive, drops some, and closes them.</summary>
internal sealed class LoadRun : IDisposable
{
    // So many logins may wait for an answer, over all threads.
    private const int MaxOpening = 1_000;

    private readonly LoadSettings _settings;
    private readonly LoadLoop[] _loops;
    private readonly LoadCrowd[] _crowds;

    public LoadRun(LoadSettings settings, LoadTransport transport, IReadOnlyList<LoadTarget> targets, IReadOnlyList<LoadUser> users)
    {
        _settings = settings;
        var logins = new GatewayLogins(settings, users);
        _loops = [.. Enumerable.Range(0, settings.Threads).Select(thread => new LoadLoop($"load-{thread}", settings.ReadsStamps))];
        _crowds = [.. _loops.Select((loop, thread) => new LoadCrowd(loop, new GatewayProtocol(logins), new LoadPlan
        {
            Targets = targets,
            Transport = transport,
            Sources = settings.Sources,
            First = thread,
            Step = settings.Threads,
            Count = ((settings.Connections - 1 - thread) / settings.Threads) + 1,
            Rate = (double)settings.Rate / settings.Threads,
            MaxOpening = Math.Max(1, MaxOpening / settings.Threads),
            SlowReaders = settings.SlowReaders,
        }))];
        if (settings.WarmUp is not null)
        {
            // Nor is what happens while others still log in. Logins are always recorded.
            Record(false);
        }
    }

    /// <summary>How long opening them took.</summary>
    public TimeSpan OpeningTime { get; private set; }

    /// <summary>Fails when a loop has died, which is a bug.</summary>
    public Task Broken => Task.WhenAny(_loops.Select(static loop => loop.Ended)).Unwrap();

    /// <summary>Opens all; ends when each is verified or has failed. Those that are open have their heartbeats from then on.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            foreach (var crowd in _crowds)
            {
                crowd.Beat(counters => _settings.BeatsOf(crowd.Count, counters.ShortestHeartbeatMs));
            }

            var opened = Task.WhenAll(_crowds.Select(static crowd => crowd.OpenAsync()));
            await await Task.WhenAny(opened, Broken).WaitAsync(cancellationToken);
        }
        finally
        {
            OpeningTime = Stopwatch.GetElapsedTime(started);
            foreach (var crowd in _crowds.Where(_ => cancellationToken.IsCancellationRequested))
            {
                crowd.StopOpening();
            }
        }
    }

    /// <summary>Latencies are recorded from now on, or not.</summary>
    public void Record(bool isRecording)
    {
        foreach (var loop in _loops)
        {
            loop.Post(() => loop.Counters.IsRecording = isRecording);
        }
    }

    /// <summary>Drops so many per second, which come back at once.</summary>
    public void Reconnect(double perSecond)
    {
        foreach (var crowd in _crowds)
        {
            crowd.Reconnect(perSecond / _crowds.Length);
        }
    }

    /// <summary>Drops a part of the connections at once, which come back.</summary>
    public void ReconnectAtOnce(double part)
    {
        foreach (var crowd in _crowds)
        {
            crowd.ReconnectAtOnce(part);
        }
    }

    /// <summary>What happened until now.</summary>
    public async Task<LoadCounters> SnapshotAsync()
    {
        var all = new LoadCounters();
        foreach (var loop in _loops)
        {
            all.Add(await loop.SnapshotAsync());
        }

        return all;
    }

    /// <summary>Says goodbye on every connection.</summary>
    public Task LeaveAsync() => Task.WhenAll(_crowds.Select(static crowd => crowd.LeaveAsync()));

    public void Dispose()
    {
        foreach (var loop in _loops)
        {
            loop.Dispose();
        }
    }
}
