using Microservices.Cli.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Receive;

public sealed class ReceiveCommandTests : IAsyncLifetime
{
    private readonly FakeGateway _gateway = new()
    {
        Verify = static verify => new VerifyResult { Code = 1, HeartbeatMs = 60_000, Session = "s-1", Features = verify.Features },
    };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Receive_WhatArrives_IsShownWithItsPositionAndAcknowledged()
    {
        await using var receive = await StartAsync();
        var session = _gateway.Sessions["alice"];

        await session.SendAsync(Command.Push, Kept(7, "news"));
        await session.SendAsync(Command.Push, new PushDelivery { Id = "2", ContentType = "image/png", Payload = new byte[1_234] });
        await session.SendAsync(Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "hi\u001b[2J", Id = "3", Channel = "inbox", Epoch = 5, Seq = 8 });
        await session.SendAsync(Command.Push, Kept(8, "again"));
        await session.SendAsync(Command.Push, Kept(1, "new", epoch: 6));
        await receive.PrintsAsync("news of 6: new");
        await UntilAcknowledgedAsync(6, 1);

        await receive.CancelAsync();
        var run = await receive.EndAsync();
        Assert.Equal(130, run.ExitCode);
        Assert.Equal(
            $"""
             * connected to {_gateway.Address} as alice
             inbox 5-7 [push order] news of 5: news
             - [push] 1,234 bytes of image/png
             inbox 5-8 [chat] bob: hi\u001b[2J
             * inbox: the log began anew at 6-1; what came after 5-8 and before that may be lost
             inbox 6-1 [push order] news of 6: new
             * 4 messages, 1 repeats removed

             """.Replace("\\u001b", "\\u{1b}", StringComparison.Ordinal),
            run.Output);
    }

    [Fact]
    public async Task Receive_CountAndCursorFile_GoOnWhereTheyLeft()
    {
        using var folder = new TemporaryFolder("x", "");
        var file = Path.Combine(folder.Path, "cursors");
        for (ulong seq = 1; seq <= 3; seq++)
        {
            await using var receive = await StartAsync("--count", "1", "--cursor-file", file, "--json");

            // All at once: the command leaves as soon as it has what it counts to.
            await _gateway.Sessions["alice"].SendBytesAsync(
                [.. Enumerable.Range(1, 4).SelectMany(static sent => FrameWriter.ToArray(ProtocolVersion.Current, Command.Push, Kept((ulong)sent, $"{sent}")))]);

            var run = await receive.EndAsync();
            Assert.Equal(0, run.ExitCode);
            Assert.Contains($"\"epoch\":5,\"seq\":{seq},", Assert.Single(run.Output.Split('\n'), line => line.Contains("\"push\"", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Contains($"\"messages\":1,\"repeats\":{seq - 1},", run.Output, StringComparison.Ordinal);
            _gateway.ForgetSessions();
        }
    }

    [Fact]
    public async Task Receive_CursorFileInUseOrDamaged_SaysSo()
    {
        using var folder = new TemporaryFolder("cursors", "{}");
        var file = Path.Combine(folder.Path, "cursors");

        (await RunAsync("--cursor-file", file)).AssertFailed("are damaged: it does not begin with");
        File.Delete(file);
        await using var first = await StartAsync("--cursor-file", file);

        (await RunAsync("--cursor-file", file)).AssertFailed("in use by another process");
    }

    [Fact]
    public async Task Receive_NoAck_LeavesItToTheGateway()
    {
        await using var receive = await StartAsync("--no-ack");

        await _gateway.Sessions["alice"].SendAsync(Command.Push, Kept(7, "news"));
        await receive.PrintsAsync("news");
        await receive.CancelAsync();
        await receive.EndAsync();

        Assert.DoesNotContain(Features.Ack, _gateway.Bodies<Verify>(Command.Verify).Single().Features);
        Assert.Equal(0, _gateway.Count(Command.Ack));
    }

    [Fact]
    public async Task Receive_Fetch_ShowsThePayload()
    {
        await using var receive = await StartAsync("--fetch", "--slow", "1ms");
        var session = _gateway.Sessions["alice"];

        await session.SendAsync(Command.Push, new PushDelivery { Id = "1", Channel = "inbox", Epoch = 5, Seq = 7, ContentType = "text/plain", Notify = true, Size = 4 });
        await Eventually.HoldsAsync(() => _gateway.Count(Command.Fetch) == 1, "it fetches");
        var fetch = _gateway.Bodies<Fetch>(Command.Fetch).Single();
        await session.SendAsync(Command.Page, new Page { Channel = "inbox", Epoch = 5, Seq = 7, Id = fetch.Id, Messages = [Kept(7, "news")] });

        await receive.PrintsAsync("inbox 5-7 [push order] news of 5: news");
        Assert.Equal((5ul, 6ul, 1u), (fetch.Epoch, fetch.Seq, fetch.Limit));
    }

    [Fact]
    public async Task Receive_NotificationsWithoutFetch_SayHowLongThePayloadIs()
    {
        await using var receive = await StartAsync();

        await _gateway.Sessions["alice"].SendAsync(
            Command.Push, new PushDelivery { Id = "1", Channel = "all", Epoch = 5, Seq = 7, ContentType = "application/pdf", Notify = true, Size = 51_200 });

        await receive.PrintsAsync("all 5-7 [push] 51,200 bytes of application/pdf to be fetched");
    }

    [Fact]
    public async Task Receive_Kicked_EndsWithTheReason()
    {
        await using var receive = await StartAsync();

        await _gateway.Sessions["alice"].SendAsync(Command.Error, new Error { Code = Code.Kicked, Reason = "kicked", Message = "Closed." });
        _gateway.Sessions["alice"].Close();

        var run = await receive.EndAsync();
        Assert.Equal((1, "kicked: Closed.\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("--count is 0; it takes 1 or more.", "--count", "0")]
    [InlineData("'never' is not a time", "--slow", "never")]
    public async Task Receive_BadInput_IsOneSentence(string expected, params string[] args) => (await RunAsync(args)).AssertFailed(expected);

    private static PushDelivery Kept(ulong seq, string text, ulong epoch = 5) => new()
    {
        Id = $"{seq}",
        Channel = "inbox",
        Epoch = epoch,
        Seq = seq,
        Type = "order",
        ContentType = "text/plain",
        Payload = System.Text.Encoding.UTF8.GetBytes($"news of {epoch}: {text}"),
    };

    private string[] Args(string[] args) => ["receive", "--user", "alice", "--token", "0123456789abcdef", "--gateway", _gateway.Address, .. args];

    private Task<CommandRun> RunAsync(params string[] args) => new RunningCommand(Args(args)).EndAsync();

    private async Task<RunningCommand> StartAsync(params string[] args)
    {
        var receive = new RunningCommand(Args(args));
        await Eventually.HoldsAsync(() => _gateway.Sessions.ContainsKey("alice"), "it is connected", () => receive.Output + receive.Error);
        return receive;
    }

    private Task UntilAcknowledgedAsync(ulong epoch, ulong seq) => Eventually.HoldsAsync(
        () => _gateway.Bodies<Ack>(Command.Ack).Any(ack => ack.Positions.Any(position => (position.Epoch, position.Seq) == (epoch, seq))), $"{epoch}-{seq} is acknowledged");
}
