using Google.Protobuf;
using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Tests.Push;

public sealed class PushCommandTests
{
    [Fact]
    public async Task Push_ToUsers_SendsAndShowsWhatBecameOfEach()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync(center, "push", "--app", "shop", "--to", "alice,bob", "--to", "carol", "--text", "hi", "--type", "greeting", "--ttl", "5s");

        Assert.Equal(0, run.ExitCode);
        var request = center.Only<PushRequest>();
        Assert.Equal("shop", request.App);
        Assert.Equal(["alice", "bob", "carol"], request.Users.Users_);
        Assert.Equal("hi", request.Payload.ToStringUtf8());
        Assert.Equal("text/plain", request.ContentType);
        Assert.Equal("greeting", request.Type);
        Assert.Equal(5_000u, request.TtlMs);
        Assert.Matches(@"alice\s+sent\s+room-a \(phone\)", run.Output);
        Assert.Contains("3 sent", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_OneOffline_IsIncomplete()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Offline.Add("bob");

        var run = await CommandRun.OfAsync(center, "push", "--to", "alice,bob", "--text", "hi");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("1 sent, 1 offline", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_ToAll_SaysHowManyGateways()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync(center, "push", "--all", "--text", "hi");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(PushRequest.TargetOneofCase.Everybody, center.Only<PushRequest>().TargetCase);
        Assert.Contains("Message 0001-message was sent to 2 gateways.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_ToAllWithoutGateways_IsIncomplete()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Rooms = 0;

        Assert.Equal(2, (await CommandRun.OfAsync(center, "push", "--all", "--text", "hi")).ExitCode);
    }

    [Fact]
    public async Task Push_Kept_ShowsPositionsAndIsDoneForThoseWhoAreOfflineToo()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Offline.Add("bob");

        var run = await CommandRun.OfAsync(
            center, "push", "--to", "alice,bob", "--text", "hi", "--qos", "1", "--once", "order-17", "--notify", "--ttl", "1h");

        Assert.Equal(0, run.ExitCode);
        var request = center.Only<PushRequest>();
        Assert.Equal((Qos.AtLeastOnce, "order-17", true, 3_600_000u), (request.Qos, request.Key, request.NotifyOnly, request.TtlMs));
        Assert.Matches(@"alice\s+sent\s+room-a \(phone\)\s+7-12", run.Output);
        Assert.Matches(@"bob\s+kept\s+7-12\s+The user is offline\.", run.Output);
        Assert.Contains("1 sent, 1 kept", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_KeptAgainUnderItsName_SaysSo()
    {
        await using var center = await FakeCenter.StartAsync();
        string[] args = ["push", "--to", "alice", "--text", "hi", "--qos", "1", "--once", "order-17"];
        await CommandRun.OfAsync(center, args);

        var run = await CommandRun.OfAsync(center, args);

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"alice\s+sent \(repeated\)", run.Output);
    }

    [Fact]
    public async Task Push_KeptForAll_SaysWhere()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Rooms = 0;

        var run = await CommandRun.OfAsync(center, "push", "--all", "--text", "hi", "--qos", "1", "--once", "a");
        var again = await CommandRun.OfAsync(center, "push", "--all", "--text", "hi", "--qos", "1", "--once", "a");

        Assert.Equal((0, 0), (run.ExitCode, again.ExitCode));
        Assert.Contains("Message 0001-message is kept, at 7-1, and was sent to 0 gateways.", run.Output, StringComparison.Ordinal);
        Assert.Contains("Message 0001-message was kept before, at 7-1, and was sent to 0 gateways.", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_File_SendsItsBytes()
    {
        await using var center = await FakeCenter.StartAsync();
        using var file = new TemporaryFile("{\"a\":1}");

        await CommandRun.OfAsync(center, "push", "--to", "alice", "--file", file.Path, "--content-type", "application/json");

        Assert.Equal(ByteString.CopyFromUtf8("{\"a\":1}"), center.Only<PushRequest>().Payload);
        Assert.Equal("application/json", center.Only<PushRequest>().ContentType);
    }

    [Fact]
    public async Task Push_MoreUsersThanACallTakes_CutsThem()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync(center, "push", "--to", string.Join(',', Enumerable.Range(0, 1_500)), "--text", "hi");

        Assert.Equal([1_000, 500], center.Requests.OfType<PushRequest>().Select(static request => request.Users.Users_.Count));
        Assert.Contains("1,500 sent", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Give --to with users, or --all.", "--text", "hi")]
    [InlineData("Give --to with users, or --all.", "--all", "--to", "bob", "--text", "hi")]
    [InlineData("--to is given without a value.", "--to", ",", "--text", "hi")]
    [InlineData("Give --text or --file, one of them.", "--all")]
    [InlineData("Give --text or --file, one of them.", "--all", "--text", "hi", "--file", "f")]
    [InlineData("cannot be read", "--all", "--file", "/nowhere/f", "--key", "k")]
    [InlineData("'soon' is not a time", "--all", "--text", "hi", "--ttl", "soon")]
    [InlineData("--qos takes 0 or 1.", "--all", "--text", "hi", "--qos", "2")]
    [InlineData("--qos takes 0 or 1.", "--all", "--text", "hi", "--qos", "one")]
    [InlineData("--once and --notify go with --qos 1.", "--all", "--text", "hi", "--once", "a")]
    [InlineData("--once and --notify go with --qos 1.", "--all", "--text", "hi", "--notify")]
    public async Task Push_BadInput_IsOneSentence(string expected, params string[] args) =>
        (await CommandRun.OfAsync(["push", .. args])).AssertFailed(expected);

    [Fact]
    public async Task Push_EmptyFile_SaysItsSize()
    {
        using var file = new TemporaryFile("");

        (await CommandRun.OfAsync("push", "--all", "--file", file.Path, "--key", "k")).AssertFailed("has 0 bytes; a message has 1 to");
    }
}
