using Google.Protobuf;
using Microservices.Cli.Tests.Running;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Tests.Messages;

public sealed class MessagesCommandTests
{
    [Fact]
    public async Task Inbox_Waiting_ShowsWhatAndHowFarReadersAre()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Inbox = new GetInboxReply
        {
            Head = new ChannelPosition { Epoch = 7, Seq = 12 },
            Messages = 3,
            Bytes = 4_321,
            Readers =
            {
                new InboxReader { Device = "phone", Acknowledged = new ChannelPosition { Epoch = 7, Seq = 9 }, SeenUnixMs = 1_769_850_900_000, Attempts = 2 },
                new InboxReader { Acknowledged = new ChannelPosition() },
            },
        };

        var run = await CommandRun.OfAsync(center, "inbox", "bob", "--app", "shop");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(("shop", "bob"), (center.Only<GetInboxRequest>().App, center.Only<GetInboxRequest>().User));
        Assert.Contains("3 messages wait, 4,321 bytes; the latest is 7-12", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"phone\s+7-9\s+2026-01-31 09:15:00Z\s+2", run.Output);
        Assert.Matches(@"\(any\)\s+nothing\s+0", run.Output);
    }

    [Fact]
    public async Task Inbox_Empty_SaysSo()
    {
        await using var center = await FakeCenter.StartAsync();

        var run = await CommandRun.OfAsync(center, "inbox", "bob");

        Assert.Equal("0 messages wait, 0 bytes; there was none\n", run.Output);
    }

    [Fact]
    public async Task DeadLetters_MoreThanAPage_AreAllListed()
    {
        await using var center = await FakeCenter.StartAsync();
        center.DeadLetters.AddRange(Enumerable.Range(0, 150).Select(static i => new DeadLetter
        {
            User = $"user-{i}",
            Device = "phone",
            MessageId = $"0001-m{i}",
            Position = new ChannelPosition { Epoch = 7, Seq = 4 },
            Code = "not_acknowledged",
            Attempts = 16,
            DiedUnixMs = 1_769_850_900_000,
            Type = "news",
            ContentType = "text/plain",
            Payload = ByteString.CopyFromUtf8("secret"),
        }));

        var run = await CommandRun.OfAsync(center, "dead-letters");
        var few = await CommandRun.OfAsync(center, "dead-letters", "--user", "bob", "--limit", "7");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"2026-01-31 09:15:00Z\s+user-149\s+phone\s+not_acknowledged\s+16\s+0001-m149\s+7-4\s+news\s+text/plain, 6 bytes", run.Output);
        Assert.Contains("150 dead letters\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.Output, StringComparison.Ordinal);
        Assert.Contains("7 dead letters; there may be more, raise --limit", few.Output, StringComparison.Ordinal);
        Assert.Equal([("", 100u), ("", 100u), ("bob", 7u)], center.Requests.OfType<ListDeadLettersRequest>().Select(static request => (request.User, request.Limit)));
    }

    [Fact]
    public async Task DeadLetters_BadLimit_SaysWhatItTakes() => (await CommandRun.OfAsync("dead-letters", "--limit", "0")).AssertFailed("--limit takes 1 and more.");

    [Theory]
    [InlineData(10, 4, 4, 0, "In balance")]
    [InlineData(11, 4, 4, 2, "Not in balance: 11 were accepted, and the other counts make 10.")]
    [InlineData(10, 4, 3, 2, "Not in balance: 4 are counted as pending, and the inboxes hold 3.")]
    public async Task Ledger_Measured_SaysWhetherItAddsUp(ulong accepted, ulong pending, ulong measured, int exitCode, string expected)
    {
        await using var center = await FakeCenter.StartAsync();
        center.Ledger = new GetLedgerReply
        {
            Accepted = accepted,
            Acknowledged = 3,
            Expired = 2,
            Dead = 1,
            Pending = pending,
            MeasuredPending = measured,
            Complete = true,
        };

        var run = await CommandRun.OfAsync(center, "ledger", "--measure", "--app", "shop");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(("shop", true), (center.Only<GetLedgerRequest>().App, center.Only<GetLedgerRequest>().Measure));
        Assert.Matches($@"{accepted}\s+3\s+2\s+1\s+{pending}\s+{measured}", run.Output);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledger_NotMeasuredAndNotComplete_SaysSo()
    {
        await using var center = await FakeCenter.StartAsync();
        center.Ledger = new GetLedgerReply { Accepted = 5, Pending = 5 };

        var run = await CommandRun.OfAsync(center, "ledger");

        Assert.Equal(2, run.ExitCode);
        Assert.Matches(@"5\s+0\s+0\s+0\s+5\s+-", run.Output);
        Assert.Contains("Not complete: a part of the store does not answer", run.Output, StringComparison.Ordinal);
    }
}
