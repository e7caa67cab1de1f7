using System.Diagnostics;
using Microservices.Benchmarks.Clients;
using Microservices.Benchmarks.Measuring;
using Microservices.Benchmarks.Peers;
using Microservices.Benchmarks.Results;
using Microservices.Cli.Load.Engine;

namespace Microservices.Benchmarks.Comparison;

/// <summary>
/// One server in one round: it is started, warmed up, filled with clients once, and all its topics are measured on them, one after the other.
/// </summary>
internal sealed class Visit(Contestant contestant, IPeer peer, int round, Plan plan, Topic[] topics, Action<Measurement> found)
{
    private const int WarmUpClients = 500;
    private const int WarmUpWaves = 4;
    private const int PayloadBytes = 128;
    private const int Broadcasts = 20;
    private const int Bursts = 5;
    private const int BurstSize = 10;
    private const double BeatsPerSecond = 10_000;

    // The last ones are on their way when it ends.
    private const double LeastAnswered = 0.95;

    public async Task RunAsync()
    {
        // What the first clients and messages cost once (code, pools, caches) is not a cost of a client.
        for (var wave = 0; wave < WarmUpWaves; wave++)
        {
            using var first = new ClientCrowd(peer, WarmUpClients);
            await first.OpenAsync();
            for (var i = 0; i < Broadcasts / WarmUpWaves; i++)
            {
                await SendAsync(first, i % 2 == 0 ? 1 : BurstSize);
            }

            await first.LeaveAsync();
        }

        await SettledCpu.WaitAsync(peer.ProcessId);
        var empty = await MemoryAsync();
        using var crowd = new ClientCrowd(peer, plan.Connections);
        await LogInAsync(crowd);
        var idle = await MemoryAsync();
        if (topics.Contains(Topic.Broadcast) || topics.Contains(Topic.Memory))
        {
            await BroadcastAsync(Topic.Broadcast, contestant.Name, crowd, Broadcasts, 1);
        }

        if (topics.Contains(Topic.Burst))
        {
            await BurstAsync(crowd);
        }

        await BeatAsync(crowd);
        if (topics.Contains(Topic.Memory))
        {
            Found(Topic.Memory, "idle", (double)(idle - empty) / crowd.Count);
            Found(Topic.Memory, "traffic", (double)(await MemoryAsync() - empty) / crowd.Count);
        }
    }

    private async Task LogInAsync(ClientCrowd crowd)
    {
        var (meter, began) = (Meter(), Stopwatch.GetTimestamp());
        await crowd.OpenAsync();
        var cpu = meter.Read();
        Found(Topic.Logins, "cpu", cpu.Server * 1e6 / crowd.Count);
        if (peer.OtherProcessIds.Count > 0)
        {
            Found(Topic.Logins, "with_others", (cpu.Server + cpu.Others) * 1e6 / crowd.Count);
        }

        Found(Topic.Logins, "clients", cpu.Clients * 1e6 / crowd.Count);
        Found(Topic.Logins, "per_second", crowd.Count / Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private async Task BurstAsync(ClientCrowd crowd)
    {
        await BroadcastAsync(Topic.Burst, contestant.Name, crowd, Bursts, BurstSize);
        if (peer is FramePeer { Coalesces: true } epoll)
        {
            epoll.Coalesces = false;
            await BroadcastAsync(Topic.Burst, Contestant.EpollUncoalesced, crowd, Bursts, BurstSize);
            epoll.Coalesces = true;
        }
    }

    // Each is complete before the next begins, so that nothing of two is sent at once. The first are for warming up.
    private async Task BroadcastAsync(Topic topic, string name, ClientCrowd crowd, int least, int times)
    {
        crowd.StayAwake(true);
        var began = Stopwatch.GetTimestamp();
        do
        {
            await SendAsync(crowd, times);
        }
        while (topics.Contains(topic) && Stopwatch.GetElapsedTime(began) < plan.WarmUp);

        await SettledCpu.WaitAsync(peer.ProcessId);
        began = Stopwatch.GetTimestamp();
        var (meter, bytes, sent) = (Meter(), await crowd.AskAsync(static counters => counters.BytesIn), 0);
        while (sent < least || (topics.Contains(topic) && Stopwatch.GetElapsedTime(began) < plan.AtLeast))
        {
            await SendAsync(crowd, times);
            sent++;
        }

        var cpu = meter.Read();
        crowd.StayAwake(false);
        var deliveries = (double)sent * times * crowd.Count;
        bytes = await crowd.AskAsync(static counters => counters.BytesIn) - bytes;
        Found(topic, "cpu", cpu.Server * 1e6 / deliveries, name);
        if (peer.OtherProcessIds.Count > 0)
        {
            Found(topic, "others", cpu.Others * 1e6 / deliveries, name);
        }

        Found(topic, "clients", cpu.Clients * 1e6 / deliveries, name);
        Found(topic, "bytes", bytes / deliveries, name);
    }

    private async Task SendAsync(ClientCrowd crowd, int times)
    {
        var payload = new byte[PayloadBytes];
        payload.AsSpan().Fill((byte)'.');
        LoadStamp.Write(payload, LoadStamp.Now);
        var arrived = await crowd.AskAsync(static counters => counters.Deliveries);
        await peer.BroadcastAsync(payload, times);
        await crowd.WaitAsync(static counters => counters.Deliveries, arrived + ((long)times * crowd.Count), "messages arrived");
    }

    private async Task BeatAsync(ClientCrowd crowd)
    {
        if (topics.Contains(Topic.Heartbeats))
        {
            if (contestant.Answers != BeatAnswers.Always)
            {
                await BeatAsync(crowd, "silent", Beating.Odd);
            }

            if (contestant.Answers != BeatAnswers.Never)
            {
                await BeatAsync(crowd, "answered", Beating.Even);
            }
        }
        else if (topics.Contains(Topic.Memory))
        {
            var beats = await crowd.AskAsync(static counters => counters.Heartbeats);
            crowd.Beat(BeatsPerSecond);
            await crowd.WaitAsync(static counters => counters.Heartbeats, beats + crowd.Count, "heartbeats sent");
            crowd.Beat(0);
        }
    }

    private async Task BeatAsync(ClientCrowd crowd, string figure, Beating who)
    {
        crowd.Beat(Math.Min(BeatsPerSecond, crowd.Count), who);
        await Task.Delay(plan.WarmUp);
        crowd.Beat(0);
        await SettledCpu.WaitAsync(peer.ProcessId);
        crowd.Beat(Math.Min(BeatsPerSecond, crowd.Count), who);
        await Task.Delay(plan.WarmUp);
        var (meter, beats, answers) = (Meter(), await crowd.AskAsync(static counters => counters.Heartbeats), await crowd.AskAsync(static counters => counters.HeartbeatAcks));
        await Task.Delay(plan.Beating);
        var cpu = meter.Read();
        beats = await crowd.AskAsync(static counters => counters.Heartbeats) - beats;
        answers = await crowd.AskAsync(static counters => counters.HeartbeatAcks) - answers;
        crowd.Beat(0);
        var isAnswered = contestant.Answers == BeatAnswers.Always || (contestant.Answers == BeatAnswers.ToEven && who == Beating.Even);
        if (beats == 0 || (isAnswered ? answers < beats * LeastAnswered : answers > 0))
        {
            throw new InvalidOperationException($"{beats} heartbeats had {answers} answers.");
        }

        Found(Topic.Heartbeats, figure, cpu.Server * 1e6 / beats);
        Found(Topic.Heartbeats, figure + "_clients", cpu.Clients * 1e6 / beats);
    }

    private Task<long> MemoryAsync() => !topics.Contains(Topic.Memory)
        ? Task.FromResult(0L)
        : SettledMemory.ReadAsync(peer.ProcessId, contestant.IsOurs ? Plan.GatewayRest : plan.Rest);

    private CpuMeter Meter() => new(peer.ProcessId, peer.OtherProcessIds);

    private void Found(Topic topic, string figure, double value, string? name = null)
    {
        if (topics.Contains(topic))
        {
            found(new Measurement($"{topic}".ToLowerInvariant(), figure, name ?? contestant.Name, round, value, plan.Connections));
        }
    }
}
