using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Load;

public sealed class LoadCommandTests : IAsyncLifetime
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
    public async Task Load_Connections_LogInWithTheirTokensAndSayGoodbye()
    {
        var run = await CommandRun.OfAsync(_center, "load", "--connections", "20", "--users", "x-", "--rate", "1000", "--gateway", _gateway.Address, "--duration", "1ms");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Enumerable.Range(0, 20).Select(static i => $"x-{i}").Order(), _gateway.Sessions.Keys.Order());
        Assert.All(_gateway.Bodies<Verify>(Command.Verify), static verify => Assert.Equal($"token-of-{verify.User}", verify.Token));
        Assert.Equal(20, _center.Requests.OfType<IssueTokenRequest>().Count());
        await Eventually.HoldsAsync(() => _gateway.Count(Command.Goodbye) == 20, "all said goodbye");
        var report = Report(run);
        Assert.Equal(20, report.GetProperty("verified").GetInt32());
        Assert.Equal(20, report.GetProperty("open").GetInt32());
        Assert.True(report.GetProperty("login_ms").GetProperty("p50").GetDouble() > 0);
    }

    [Fact]
    public async Task Load_Json_PrintsNothingElse()
    {
        var run = await CommandRun.OfAsync(_center, "load", "--connections", "2", "--gateway", _gateway.Address, "--duration", "1ms", "--json");

        Assert.Single(run.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Load_EachSecond_IsShown()
    {
        var (running, stop) = Start("--connections", "2", "--gateway", _gateway.Address, "--heartbeats", "50");

        await stop(() => running.Output.Contains(" s: 2 open, 0 logins/s, 0 deliveries/s, ", StringComparison.Ordinal));

        Assert.Equal(0, (await running.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Load_Report_IsAPageWithoutSecrets()
    {
        using var file = new TemporaryFile();

        var run = await CommandRun.OfAsync(
            _center, "load", "--connections", "3", "--users", "<b>", "--gateway", _gateway.Address, "--duration", "1ms", "--report", file.Path, "--json");

        Assert.Equal(0, run.ExitCode);
        var text = await File.ReadAllTextAsync(file.Path);
        var page = XDocument.Parse(text).Root!.Value;
        Assert.Contains($"load --connections 3 --users '<b>' --gateway {_gateway.Address} --duration 1ms --report {file.Path} --json --center {_center.Address}", page, StringComparison.Ordinal);
        Assert.Contains("--rate500 (default)", page, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeCenter.Key, text, StringComparison.Ordinal);
        Assert.DoesNotContain("token-of-", text, StringComparison.Ordinal);
        Assert.True(Report(run).GetProperty("series").GetProperty("open").GetArrayLength() > 0);
    }

    [Fact]
    public async Task Load_WhatArrives_IsCountedHoweverItIsSplit()
    {
        var (running, stop) = Start("--connections", "2", "--gateway", _gateway.Address);
        await Eventually.HoldsAsync(() => _gateway.Sessions.Count == 2, "both are verified");
        var session = _gateway.Sessions["load-0"];
        byte[] frames =
        [
            .. FrameWriter.ToArray(2, Command.Push, new PushDelivery { Id = "1", Payload = new byte[40_000] }),
            .. FrameWriter.ToArray(2, Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "a", ChatContent = "b" }),
            .. FrameWriter.ToArray(2, Command.BroadcastChatDelivery, new ChatDelivery { ChatFrom = "a", ChatContent = "b" }),
            .. FrameWriter.ToArray(2, Command.HeartbeatAck, default(HeartbeatAck)),
            .. FrameWriter.ToArray(2, (Command)999),
            .. FrameWriter.ToArray(2, Command.Push, new PushDelivery { Id = "2", Payload = "x"u8.ToArray() }),
        ];
        foreach (var part in frames[..100].Chunk(1).Append(frames[100..30_000]).Append(frames[30_000..]))
        {
            await session.SendBytesAsync(part);
        }

        await _gateway.Sessions["load-1"].SendAsync(Command.Error, new Error { Code = Code.RateLimited, Reason = "rate_limited" });
        await stop(() => running.Output.Contains("2 pushes", StringComparison.Ordinal));

        var report = Report(await running.EndAsync());
        Assert.Equal(2, report.GetProperty("pushes").GetInt32());
        Assert.Equal(2, report.GetProperty("chats").GetInt32());
        Assert.Equal(1, report.GetProperty("heartbeat_acks").GetInt32());
        Assert.True(report.GetProperty("held_seconds").GetDouble() > 0);
        Assert.Equal(1, report.GetProperty("errors").GetProperty("rate_limited").GetInt32());
        Assert.Equal(2, report.GetProperty("open").GetInt32());
    }

    [Fact]
    public async Task Load_Ack_AcknowledgesTheLatestOfEachChannel()
    {
        _gateway.Verify = static verify => new VerifyResult { Code = 1, Features = verify.Features };
        var (running, stop) = Start("--connections", "1", "--gateway", _gateway.Address, "--ack");
        await Eventually.HoldsAsync(() => _gateway.Sessions.Count == 1, "it is verified");
        byte[] frames =
        [
            .. FrameWriter.ToArray(2, Command.Push, new PushDelivery { Channel = "inbox", Epoch = 1, Seq = 1 }),
            .. FrameWriter.ToArray(2, Command.Push, new PushDelivery { Channel = "all", Epoch = 1, Seq = 9 }),
            .. FrameWriter.ToArray(2, Command.SingleChatDelivery, new ChatDelivery { Channel = "inbox", Epoch = 2, Seq = 1 }),
            .. FrameWriter.ToArray(2, Command.Push, new PushDelivery { Id = "not kept" }),
        ];
        await _gateway.Sessions["load-0"].SendBytesAsync(frames);

        await stop(() => Latest("inbox") == (2ul, 1ul) && Latest("all") == (1ul, 9ul));
        var report = Report(await running.EndAsync());
        Assert.Equal((3, 3), (report.GetProperty("pushes").GetInt32(), report.GetProperty("kept").GetInt32()));
        Assert.Equal(_gateway.Count(Command.Ack), report.GetProperty("acks").GetInt32());
    }

    [Fact]
    public async Task Load_WithoutAck_DoesNotAskForIt()
    {
        await CommandRun.OfAsync(_center, "load", "--connections", "1", "--gateway", _gateway.Address, "--duration", "1ms", "--json");

        Assert.Empty(_gateway.Bodies<Verify>(Command.Verify).Single().Features);
    }

    [Fact]
    public async Task Load_ServerAsksForAShortHeartbeat_GetsIt()
    {
        _gateway.Verify = static _ => new VerifyResult { Code = 1, HeartbeatMs = 100 };
        var (running, stop) = Start("--connections", "3", "--gateway", _gateway.Address, "--json");

        await stop(() => _gateway.Frames.Where(static frame => frame.Command == Command.Heartbeat).CountBy(static frame => frame.User).Count(static one => one.Value >= 3) == 3);

        Assert.True(Report(await running.EndAsync()).GetProperty("heartbeats").GetInt32() >= 9);
    }

    [Fact]
    public async Task Load_Refused_IsCountedByReasonAndIncomplete()
    {
        _gateway.Verify = static verify => verify.User == "load-1"
            ? new VerifyResult { Code = 0, Reason = "wrong_token" }
            : new VerifyResult { Code = 1 };

        var run = await CommandRun.OfAsync(_center, "load", "--connections", "3", "--gateway", _gateway.Address, "--duration", "1ms");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(1, Report(run).GetProperty("failed").GetProperty("wrong_token").GetInt32());
        Assert.Matches(@"failed\s+1\s+wrong_token", run.Output);
    }

    [Fact]
    public async Task Load_NobodyListens_IsCountedByReason()
    {
        var run = await CommandRun.OfAsync(_center, "load", "--connections", "2", "--gateway", "127.0.0.1:1", "--duration", "1ms", "--json");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(2, Report(run).GetProperty("failed").GetProperty("ConnectionRefused").GetInt32());
    }

    [Fact]
    public async Task Load_ServerCloses_IsCountedByWhatItSaid()
    {
        var (running, stop) = Start("--connections", "2", "--gateway", _gateway.Address, "--duration", "1h");
        await Eventually.HoldsAsync(() => _gateway.Sessions.Count == 2, "both are verified");
        await _gateway.Sessions["load-0"].SendAsync(Command.Error, new Error { Code = Code.Kicked, Reason = "kicked" });
        _gateway.Sessions["load-0"].Close();
        _gateway.Sessions["load-1"].Close();

        await stop(() => running.Output.Contains("holding 0 open", StringComparison.Ordinal));

        var run = await running.EndAsync();
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(1, Report(run).GetProperty("closed").GetProperty("kicked").GetInt32());
        Assert.Equal(1, Report(run).GetProperty("closed").GetProperty("closed by the server").GetInt32());
    }

    [Fact]
    public async Task Load_Nonsense_EndsThatConnection()
    {
        _gateway.Verify = static _ => new VerifyResult { Code = 1 };
        var (running, stop) = Start("--connections", "1", "--gateway", _gateway.Address);
        await Eventually.HoldsAsync(() => _gateway.Sessions.Count == 1, "it is verified");
        await _gateway.Sessions["load-0"].SendBytesAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());

        await stop(() => running.Output.Contains("holding 0 open", StringComparison.Ordinal));

        Assert.Equal(1, Report(await running.EndAsync()).GetProperty("closed").GetProperty("not understood: frame_too_large").GetInt32());
    }

    [Fact]
    public async Task Load_SourceAddresses_TakeTurns()
    {
        await CommandRun.OfAsync(_center, "load", "--connections", "4", "--gateway", _gateway.Address, "--duration", "1ms", "--source-addresses", "127.0.0.2-3", "--json");

        Assert.Equal(
            ["127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3"],
            _gateway.Sessions.Values.Select(static session => ((IPEndPoint)session.From!).Address.ToString()).Order());
    }

    [Fact]
    public async Task Load_Dispatcher_SaysWhereToConnect()
    {
        await using var dispatcher = FakeDispatcher.Naming(_gateway);

        var run = await CommandRun.OfAsync(_center, "load", "--connections", "2", "--dispatcher", dispatcher.Address, "--duration", "1ms", "--json");

        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Load_NoDispatcher_SaysWhereItLooked() =>
        (await CommandRun.OfAsync(_center, "load", "--dispatcher", "http://127.0.0.1:1")).AssertFailed("No dispatcher answers at http://127.0.0.1:1: ");

    [Theory]
    [InlineData("""{"endpoints":[]}""", "200 OK", "is not a dispatcher")]
    [InlineData("hello", "200 OK", "is not a dispatcher")]
    [InlineData("""{"detail":"No gateway is known."}""", "503 Service Unavailable", "refused: No gateway is known.")]
    public async Task Load_DispatcherNamesNothing_SaysSo(string body, string status, string expected)
    {
        await using var dispatcher = new FakeDispatcher(body, status);

        (await CommandRun.OfAsync(_center, "load", "--dispatcher", dispatcher.Address)).AssertFailed(expected);
    }

    [Theory]
    [InlineData("--connections is 0; it takes 1 to 1,000,000.", "--connections", "0")]
    [InlineData("--rate is -1; it takes 1 to 1,000,000.", "--rate", "-1")]
    [InlineData("The report '/nowhere/at/all.html' cannot be written", "--report", "/nowhere/at/all.html")]
    [InlineData("--processes is 65; it takes 1 to 64.", "--processes", "65")]
    [InlineData("3 processes cannot share 2 connections at 500 a second", "--processes", "3", "--connections", "2")]
    [InlineData("--max-silence takes at least 3s: processes tell something once a second", "--processes", "2", "--max-silence", "2s")]
    [InlineData("--gateway 'here' is not host:port", "--gateway", "here")]
    [InlineData("neither an IPv4 address nor a range", "--source-addresses", "127.0.0.9-2")]
    [InlineData("need about 1,000,200 file descriptors", "--connections", "1000000")]
    public async Task Load_BadInput_IsOneSentence(string expected, params string[] args) =>
        (await CommandRun.OfAsync(_center, ["load", .. args])).AssertFailed(expected);

    private (ulong Epoch, ulong Seq) Latest(string channel) => _gateway.Bodies<Ack>(Command.Ack)
        .SelectMany(static ack => ack.Positions).Where(position => position.Channel == channel).Select(static position => (position.Epoch, position.Seq)).LastOrDefault();

    private static JsonElement Report(CommandRun run) => JsonDocument.Parse(run.Output.TrimEnd().Split('\n')[^1]).RootElement;

    private (RunningCommand Running, Func<Func<bool>, Task> Stop) Start(params string[] args)
    {
        var running = new RunningCommand(["load", .. args, "--center", _center.Address, "--key", FakeCenter.Key]);
        return (running, async condition =>
        {
            await Eventually.HoldsAsync(condition, "the run has seen it", () => running.Output + running.Error);
            await running.CancelAsync();
        }
        );
    }
}
