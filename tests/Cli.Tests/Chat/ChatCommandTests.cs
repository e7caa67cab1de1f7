using System.Text;
using Microservices.Cli.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Cli.Tests.Chat;

public sealed class ChatCommandTests : IAsyncLifetime
{
    private readonly FakeGateway _gateway = new();
    private FakeDispatcher _dispatcher = null!;

    public ValueTask InitializeAsync()
    {
        _dispatcher = FakeDispatcher.Naming(_gateway);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _dispatcher.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task Chat_LoggedIn_SaysWhereAndHow()
    {
        await using var chat = await StartAsync();

        await chat.PrintsAsync($"* connected to {_gateway.Address} as alice\n");
        await chat.PrintsAsync("* type USER text");
        Assert.Equal("0123456789abcdef", _gateway.Bodies<Verify>(Command.Verify).Single().Token);
    }

    [Fact]
    public async Task Chat_Lines_GoToWhomTheySay()
    {
        await using var chat = await StartAsync();

        chat.Type("bob hello bob");
        chat.Type("@bob,carol hello both");
        chat.Type("");
        chat.Type("@all hello all");
        await Eventually.HoldsAsync(() => _gateway.Count(Command.BroadcastChat) == 1, "all are sent");

        var single = _gateway.Bodies<SingleChat>(Command.SingleChat).Single();
        Assert.Equal(("bob", "hello bob"), (single.ChatTo, single.ChatContent));
        var group = _gateway.Bodies<GroupChat>(Command.GroupChat).Single();
        Assert.Equal(["bob", "carol"], group.ChatTo);
        Assert.Equal("hello all", _gateway.Bodies<BroadcastChat>(Command.BroadcastChat).Single().ChatContent);
    }

    [Fact]
    public async Task Chat_Quit_SaysGoodbyeAndEndsWell()
    {
        await using var chat = await StartAsync();

        chat.Type("/quit");

        Assert.Equal(0, (await chat.EndAsync()).ExitCode);
        await Eventually.HoldsAsync(() => _gateway.Count(Command.Goodbye) == 1, "goodbye was said");
    }

    [Fact]
    public async Task Chat_InputEnds_WhatWasTypedIsSentFirst()
    {
        await using var chat = await StartAsync();

        chat.Type("bob hello");
        chat.EndInput();

        Assert.Equal(0, (await chat.EndAsync()).ExitCode);
        await Eventually.HoldsAsync(() => _gateway.Count(Command.Goodbye) == 1, "goodbye was said");
        Assert.Equal(1, _gateway.Count(Command.SingleChat));
    }

    [Fact]
    public async Task Chat_InputEndsButItIsToStay_GoesOnReceiving()
    {
        await using var chat = await StartAsync("--stay");
        chat.EndInput();

        await _gateway.Sessions["alice"].SendAsync(Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "still there?" });

        await chat.PrintsAsync("bob: still there?\n");
    }

    [Fact]
    public async Task Chat_WhatArrives_IsShown()
    {
        await using var chat = await StartAsync();
        var session = _gateway.Sessions["alice"];

        await session.SendAsync(Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "hi" });
        await session.SendAsync(Command.GroupChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "hi both" });
        await session.SendAsync(Command.BroadcastChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "[b]hi[/] all\u001b[2J" });
        await session.SendAsync(Command.Push, new PushDelivery { Id = "1", ContentType = "text/plain", Payload = "news"u8.ToArray() });
        await session.SendAsync(Command.Push, new PushDelivery { Id = "2", Type = "job", ContentType = "application/json", Payload = Encoding.UTF8.GetBytes("{\"a\":1}") });
        await session.SendAsync(Command.Push, new PushDelivery { Id = "3", ContentType = "image/png", Payload = new byte[1_234] });
        await session.SendAsync(Command.Push, new PushDelivery { Id = "4", Channel = "inbox", Seq = 1, ContentType = "image/png", Notify = true, Size = 70_000 });
        await chat.PrintsAsync("to be fetched\n");
        await session.SendAsync(Command.Error, new Error { Command = Command.SingleChat, Code = Code.NotDelivered, Reason = "not_delivered", Message = "carol is offline." });
        await chat.PrintsAsync("carol is offline.\n");

        var shown = chat.Output[chat.Output.IndexOf("bob: hi", StringComparison.Ordinal)..];
        Assert.Equal(
            """
            bob: hi
            bob (to several): hi both
            bob (to all): [b]hi[/] all\u{1b}[2J
            [push] news
            [push job] {"a":1}
            [push] 1,234 bytes of image/png
            [push] 70,000 bytes of image/png to be fetched
            ! not_delivered: carol is offline.

            """,
            shown);
    }

    [Fact]
    public async Task Chat_Displaced_EndsWithTheReason()
    {
        await using var chat = await StartAsync();

        await _gateway.Sessions["alice"].SendAsync(Command.Error, new Error { Code = Code.Displaced, Reason = "displaced", Message = "Logged in elsewhere." });
        _gateway.Sessions["alice"].Close();

        var run = await chat.EndAsync();
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("displaced: Logged in elsewhere.\n", run.Error);
    }

    [Fact]
    public async Task Chat_ConnectionLost_SaysWhenItTriesAgainAndDoes()
    {
        await using var chat = await StartAsync();
        var answering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // It is not back before the line was typed.
        _gateway.Answering = answering.Task;
        _gateway.Sessions["alice"].Close();

        await chat.PrintsAsync("; reconnecting in ");
        chat.Type("bob hello");
        await chat.PrintsAsync("* not sent: ");
        answering.SetResult();
        await Eventually.HoldsAsync(() => chat.Output.Split("* connected to ").Length == 3, "it came back", () => chat.Output);
        Assert.True(_gateway.Count(Command.Verify) > 1);
    }

    [Fact]
    public async Task Chat_WrongToken_EndsWithTheReasonWithoutTheToken()
    {
        _gateway.Verify = static _ => new VerifyResult { Code = 0, Reason = "wrong_token" };

        var run = await RunAsync("--user", "alice", "--token", "0123456789abcdef");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("wrong_token: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", run.Error + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_Interrupted_SaysGoodbye()
    {
        await using var chat = await StartAsync();

        await chat.CancelAsync();

        Assert.Equal(130, (await chat.EndAsync()).ExitCode);
        await Eventually.HoldsAsync(() => _gateway.Count(Command.Goodbye) == 1, "goodbye was said");
    }

    [Fact]
    public async Task Chat_DemoUser_TakesTheTokenOfTheFolder()
    {
        using var folder = new TemporaryFolder("demo-users.json", """{"alice":"token-of-the-demo","bob":"x"}""");

        var run = await RunAsync("--user", "alice", "--data", folder.Path);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("token-of-the-demo", _gateway.Bodies<Verify>(Command.Verify).Single().Token);
    }

    [Fact]
    public async Task Chat_NoSuchDemoUser_NamesThoseThatThereAre()
    {
        using var folder = new TemporaryFolder("demo-users.json", """{"alice":"secret-a","bob":"secret-b"}""");

        var run = await RunAsync("--user", "zoe", "--data", folder.Path);

        run.AssertFailed("it has alice, bob.");
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json secret")]
    [InlineData("[\"secret\"]")]
    public async Task Chat_DemoUsersOfAnotherForm_SaysSoWithoutQuotingThem(string content)
    {
        using var folder = new TemporaryFolder("demo-users.json", content);

        var run = await RunAsync("--user", "alice", "--data", folder.Path);

        run.AssertFailed("cannot be read as an object of users and tokens");
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'--user'")]
    [InlineData("There is no token for alice: give --token-file", "--user", "alice", "--data", "/nowhere")]
    [InlineData("exclude one another", "--user", "alice", "--token", "a", "--data", "b")]
    [InlineData("--dispatcher 'x' is not an address", "--user", "alice", "--token", "a", "--dispatcher", "x")]
    [InlineData("--gateway 'x' is not host:port", "--user", "alice", "--token", "a", "--gateway", "x")]
    public async Task Chat_BadInput_IsOneSentence(string expected, params string[] args) =>
        (await CommandRun.OfAsync(["chat", .. args])).AssertFailed(expected);

    private async Task<RunningCommand> StartAsync(params string[] args)
    {
        var chat = new RunningCommand(["chat", "--user", "alice", "--token", "0123456789abcdef", "--dispatcher", _dispatcher.Address, .. args]);
        await chat.PrintsAsync("* connected");
        return chat;
    }

    // With nothing typed.
    private Task<CommandRun> RunAsync(params string[] args) =>
        CommandRun.OfAsync(["chat", .. args, "--dispatcher", _dispatcher.Address], "", CancellationToken.None);
}
