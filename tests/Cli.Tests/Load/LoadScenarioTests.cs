using System.Text.Json;
using Grpc.Core;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Load;

/// <summary>What a run does while it holds its connections.</summary>
public sealed class LoadScenarioTests : IAsyncLifetime
{
    private readonly FakeGateway _gateway = new();
    private FakeCenter _center = null!;

    public async ValueTask InitializeAsync() => _center = await FakeCenter.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _center.DisposeAsync();
    }

    [Fact]
    public async Task Load_Publishes_WithAStampAndOfTheSizeThatIsAsked()
    {
        await using var running = Start("--connections", "3", "--broadcasts", "100", "--burst", "3", "--unicasts", "100", "--payload-bytes", "300");
        await Eventually.HoldsAsync(
            () => _center.Requests.OfType<PushRequest>().Any(static push => push.Everybody is not null) && _center.Requests.OfType<PushRequest>().Count(static push => push.Users is not null) > 5,
            "both are published");
        var run = await EndAsync(running);

        var pushes = _center.Requests.OfType<PushRequest>().ToArray();
        Assert.All(pushes, static push => Assert.Equal((300, Qos.AtMostOnce), (push.Payload.Length, push.Qos)));
        Assert.All(pushes, static push => Assert.True(LoadStamp.TryRead(push.Payload.Span, out var stamp) && stamp <= LoadLoop.Now));
        Assert.Equal(0, pushes.Count(static push => push.Everybody is not null) % 3);
        Assert.All(pushes.Where(static push => push.Users is not null), static push => Assert.Matches("^load-[0-2]$", Assert.Single(push.Users.Users_)));
        Assert.Equal(pushes.Length, run.GetProperty("published").GetProperty("broadcasts").GetInt32() + run.GetProperty("published").GetProperty("unicasts").GetInt32());
    }

    [Fact]
    public async Task Load_PublishedMessage_ThatArrives_IsALatency()
    {
        await using var running = Start("--connections", "1", "--broadcasts", "50");
        await Eventually.HoldsAsync(() => _center.Requests.OfType<PushRequest>().Any() && _gateway.Sessions.Count == 1, "one is published");
        var payload = _center.Requests.OfType<PushRequest>().First().Payload.ToByteArray();
        await _gateway.Sessions["load-0"].SendAsync(Command.Push, new PushDelivery { Id = "1", Payload = payload });
        await running.PrintsAsync("1 pushes");

        Assert.True((await EndAsync(running)).GetProperty("delivery_ms").GetProperty("p50").GetDouble() > 0);
    }

    [Fact]
    public async Task Load_NoLatency_LooksForNoStamps()
    {
        await using var running = Start("--connections", "1", "--broadcasts", "50", "--no-latency");
        await Eventually.HoldsAsync(() => _center.Requests.OfType<PushRequest>().Any() && _gateway.Sessions.Count == 1, "one is published");
        await _gateway.Sessions["load-0"].SendAsync(
            Command.Push, new PushDelivery { Id = "1", Payload = _center.Requests.OfType<PushRequest>().First().Payload.ToByteArray() });
        await running.PrintsAsync("1 pushes");

        var run = await EndAsync(running);
        Assert.Equal((1, 0), (run.GetProperty("pushes").GetInt32(), run.GetProperty("delivery_ms").GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task Load_Qos1_KeepsAndAcknowledges()
    {
        await using var running = Start("--connections", "1", "--unicasts", "50", "--qos", "1");
        await Eventually.HoldsAsync(() => _center.Requests.OfType<PushRequest>().Any(), "one is published");
        await EndAsync(running);

        Assert.Equal(Qos.AtLeastOnce, _center.Requests.OfType<PushRequest>().First().Qos);
        Assert.Equal([Features.Ack], _gateway.Bodies<Verify>(Command.Verify).Single().Features);
    }

    [Fact]
    public async Task Load_WhatIsNotPublished_IsCountedByStatus()
    {
        _center.Offline.Add("load-0");
        await using var running = Start("--connections", "1", "--unicasts", "100");
        await Eventually.HoldsAsync(() => _center.Requests.OfType<PushRequest>().Any(), "one is published");
        _center.Fault = new Status(StatusCode.ResourceExhausted, "too fast");
        await Eventually.HoldsAsync(() => _center.Faults.Count > 3, "some are refused");
        var failed = (await EndAsync(running)).GetProperty("published").GetProperty("failed");

        Assert.True(failed.GetProperty("Offline").GetInt32() > 0);
        Assert.True(failed.GetProperty("ResourceExhausted").GetInt32() > 3);
    }

    [Fact]
    public async Task Load_HeartbeatAcks_AreAskedForAndMeasured()
    {
        _gateway.Verify = static verify => new VerifyResult { Code = 1, Features = verify.Features };
        await using var running = Start("--connections", "2", "--heartbeats", "100", "--heartbeat-acks");
        await Eventually.HoldsAsync(
            () => _gateway.Frames.Where(static frame => frame.Command == Command.Heartbeat).Select(static frame => frame.User).Distinct().Count() == 2, "both beat");
        await _gateway.Sessions["load-0"].SendAsync(Command.HeartbeatAck, default(HeartbeatAck));
        await running.PrintsAsync("heartbeat round trip p99");
        var run = await EndAsync(running);

        Assert.Equal([Features.HeartbeatAck], _gateway.Bodies<Verify>(Command.Verify).First().Features);
        Assert.Equal(1, run.GetProperty("heartbeat_acks").GetInt32());
        Assert.True(run.GetProperty("heartbeat_ms").GetProperty("max").GetDouble() > 0);
    }

    [Fact]
    public async Task Load_Reconnects_ResumeWithTheirTicketAndWithoutGoodbye()
    {
        var logins = 0;
        _gateway.Verify = verify => new VerifyResult { Code = 1, Resume = $"ticket-{Interlocked.Increment(ref logins)}", Resumed = verify.Resume.Length > 0 };
        await using var running = Start("--connections", "1", "--reconnects", "20");
        await Eventually.HoldsAsync(() => _gateway.Count(Command.Verify) >= 4, "it came back twice");
        var run = await EndAsync(running);

        Assert.Equal(["", "ticket-1", "ticket-2"], _gateway.Bodies<Verify>(Command.Verify).Take(3).Select(static verify => verify.Resume));
        Assert.True(_gateway.Count(Command.Goodbye) <= 1);
        var reconnects = run.GetProperty("reconnects");
        Assert.True(reconnects.GetProperty("resumed").GetInt32() >= 2);
        Assert.Equal(0, reconnects.GetProperty("renewed").GetInt32());
        Assert.Equal(1, run.GetProperty("verified").GetInt32());
    }

    [Fact]
    public async Task Load_ReconnectStorm_ThatIsRefusedForGood_IsCountedAndIncomplete()
    {
        _gateway.Verify = verify => _gateway.Count(Command.Verify) <= 4 ? new VerifyResult { Code = 1 } : new VerifyResult { Code = 0, Reason = "wrong_token" };

        var run = await CommandRun.OfAsync(_center, "load", "--connections", "4", "--gateway", _gateway.Address, "--reconnect-storm", "50", "--duration", "1s", "--json");

        Assert.Equal(2, run.ExitCode);
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(2, report.GetProperty("reconnects").GetProperty("failed").GetProperty("wrong_token").GetInt32());
        Assert.Equal(2, report.GetProperty("open").GetInt32());
    }

    [Fact]
    public async Task Load_TokenFile_NeedsNoCenter()
    {
        using var file = new TemporaryFile("ann 1234\n\nbob 5678\ncid 9abc\n");

        var run = await CommandRun.OfAsync(
            "load", "--token-file", file.Path, "--connections", "2", "--first-user", "1", "--gateway", _gateway.Address, "--duration", "1ms", "--threads", "2", "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["bob 5678", "cid 9abc"], _gateway.Bodies<Verify>(Command.Verify).Select(static verify => $"{verify.User} {verify.Token}").Order());
    }

    [Theory]
    [InlineData("Line 2 of '{0}' is not a user and its token", "ann 1\nbob\n")]
    [InlineData("'{0}' has 1 users; 2 are needed", "ann 1\n")]
    public async Task Load_TokenFileOfNoUse_SaysWhy(string expected, string text)
    {
        using var file = new TemporaryFile(text);

        (await CommandRun.OfAsync("load", "--token-file", file.Path, "--connections", "2", "--gateway", _gateway.Address, "--json")).AssertFailed(string.Format(expected, file.Path));
    }

    [Theory]
    [InlineData("--broadcasts is '0'; it takes more than 0, up to 1,000,000.", "--broadcasts", "0")]
    [InlineData("--unicasts is 'many'", "--unicasts", "many")]
    [InlineData("--burst needs --broadcasts", "--burst", "10")]
    [InlineData("--qos needs --broadcasts or --unicasts", "--qos", "1")]
    [InlineData("--qos is 2; it takes 0 to 1.", "--qos", "2", "--unicasts", "1")]
    [InlineData("--payload-bytes is 17; it takes 18 to 60,000.", "--payload-bytes", "17", "--unicasts", "1")]
    [InlineData("--slow-readers is 6, of 5 connections", "--slow-readers", "6", "--connections", "5")]
    [InlineData("--warm-up of 5 s leaves nothing of a --duration of 5 s", "--warm-up", "5s", "--duration", "5s")]
    [InlineData("--reconnect-storm needs --duration", "--reconnect-storm", "50")]
    [InlineData("--reconnect-storm is '101'; it takes more than 0, up to 100.", "--reconnect-storm", "101")]
    [InlineData("--transport is 'udp'; it takes tcp, ws, tls, wss.", "--transport", "udp")]
    [InlineData("--ca-file needs --transport tls or wss", "--ca-file", "x.pem")]
    [InlineData("--ca-file 'x.pem' is of no use", "--ca-file", "x.pem", "--transport", "tls")]
    public async Task Load_OptionsThatDoNotFit_AreOneSentence(string expected, params string[] args) =>
        (await CommandRun.OfAsync(_center, ["load", .. args])).AssertFailed(expected);

    [Fact]
    public async Task Load_DispatcherOfAnotherTransport_SaysSo()
    {
        await using var dispatcher = FakeDispatcher.Naming(_gateway);

        (await CommandRun.OfAsync(_center, "load", "--transport", "ws", "--dispatcher", dispatcher.Address)).AssertFailed("names an address of 'tcp' in place of 'ws'");
    }

    private RunningCommand Start(params string[] args) =>
        new(["load", .. args, "--gateway", _gateway.Address, "--center", _center.Address, "--key", FakeCenter.Key]);

    private static async Task<JsonElement> EndAsync(RunningCommand running)
    {
        await running.CancelAsync();
        var run = await running.EndAsync();
        return JsonDocument.Parse(run.Output.TrimEnd().Split('\n')[^1]).RootElement;
    }
}
