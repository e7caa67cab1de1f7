using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;

namespace Microservices.Register.Tests.Channels;

/// <summary>Open, Read and Ack.</summary>
public sealed class ReadingTests : IAsyncLifetime
{
    private static readonly Position Beyond = new() { Epoch = 1ul << 53, Seq = 1 };

    private RunningRegister _register = null!;

    public async ValueTask InitializeAsync() => _register = await RunningRegister.StartAsync();

    public ValueTask DisposeAsync() => _register.DisposeAsync();

    [Fact]
    public async Task Open_OfNewReader_BeginsAtTheInboxAndAtTheHeadOfAll()
    {
        var first = await _register.AppendAsync("ann", "one");
        await _register.AppendAsync("ann", "two");
        var head = (await _register.AppendAsync("", "to all")).Position;

        var opened = Assert.Single((await _register.Channels.OpenAsync(
            new OpenRequest { Readers = { new OpenReader { App = "default", User = "ann", AllHead = head } } })).Readers);
        var taken = await _register.AckAsync("ann", first.Position);
        var again = await _register.OpenAsync("ann");

        Assert.Equal(["one", "two"], opened.Inbox.Texts());
        Assert.Equal((new Position(), head), (opened.Inbox.After, opened.AllCursor));
        Assert.Equal(AckOutcome.Taken, taken);
        Assert.Equal((first.Position, head), (again.Inbox.After, again.AllCursor));
        Assert.Equal(["two"], again.Inbox.Texts());
    }

    [Fact]
    public async Task Ack_UnderEitherPolicy_IsOfItsReader()
    {
        await _register.PutAsync(new App { Name = "shop", Devices = DevicePolicy.PerDevice });
        var position = (await _register.AppendAsync("ann", "one", app: "shop")).Position;
        var single = (await _register.AppendAsync("ann", "one")).Position;
        await _register.OpenAsync("ann", "phone", "shop");
        await _register.OpenAsync("ann", "tablet", "shop");
        await _register.OpenAsync("ann", "phone");

        await _register.AckAsync("ann", position, "phone", "shop");
        await _register.AckAsync("ann", single, "another");

        Assert.Empty((await _register.OpenAsync("ann", "phone", "shop")).Inbox.Entries);
        Assert.Single((await _register.OpenAsync("ann", "tablet", "shop")).Inbox.Entries);
        Assert.Equal(["phone", "tablet"], (await _register.InboxAsync("ann", "shop")).Readers.Select(reader => reader.Device).Order());
        var inbox = await _register.InboxAsync("ann");
        Assert.Equal((0u, 0ul), (inbox.Messages, inbox.Bytes));
        var reader = Assert.Single(inbox.Readers);
        Assert.Equal(("", single), (reader.Device, reader.Cursor));
    }

    [Fact]
    public async Task Ack_OfBadPositionsAndNames_AnswersEach()
    {
        var position = (await _register.AppendAsync("ann", "one")).Position;
        var all = (await _register.AppendAsync("", "all")).Position;
        AckPosition[] acks =
        [
            new() { App = "default", User = "ann", Position = new Position { Epoch = position.Epoch, Seq = 2 } },
            new() { App = "default", User = "ann", Position = Beyond },
            new() { App = "default", User = "ann", Position = Beyond, All = true },
            new() { App = "default", User = "ann" },
            new() { App = "default", User = "ann", Position = position },
            new() { App = "default", User = "ann", Position = position },
            new() { App = "default", User = "ann", Position = all, All = true },
            new() { App = "default", User = "", Position = position },
            new() { App = "default", User = "a\u0001", Position = position },
            new() { App = "default", User = "ann", Device = "d\u0001", Position = position },
            new() { App = "nothing", User = "ann", Position = position },
            new() { App = "No!", User = "ann", Position = position },
            new() { App = "default", User = "stranger", Position = position },
        ];

        var outcomes = (await _register.Channels.AckAsync(new AckRequest { Acks = { acks } })).Outcomes;

        Assert.Equal(
            [
                AckOutcome.UnknownPosition,
                AckOutcome.UnknownPosition,
                AckOutcome.UnknownPosition,
                AckOutcome.Unchanged,
                AckOutcome.Taken,
                AckOutcome.Unchanged,
                AckOutcome.Taken,
                .. Enumerable.Repeat(AckOutcome.Invalid, 5),
                AckOutcome.UnknownPosition,
            ],
            outcomes);
    }

    [Fact]
    public async Task Read_InPages_ComesToTheHead()
    {
        for (var i = 0; i < 10; i++)
        {
            await _register.AppendAsync("ann", i.ToString(CultureInfo.InvariantCulture));
        }

        List<string> texts = [];
        var after = new Position();
        ChannelPage page;
        do
        {
            page = Assert.Single((await _register.Channels.ReadAsync(new ReadRequest
            {
                Channels = { new ReadChannel { App = "default", User = "ann", After = after } },
                MaxMessages = 4,
            })).Pages);
            Assert.True(page.Entries.Count <= 4);
            texts.AddRange(page.Texts());
            after = page.Covered;
        }
        while (!page.Covered.Equals(page.Head));

        Assert.Equal(Enumerable.Range(0, 10).Select(i => i.ToString(CultureInfo.InvariantCulture)), texts);
    }

    [Fact]
    public async Task ReadAndOpen_OfMoreThanAnAnswerHolds_SayWhatTheyCover()
    {
        await _register.PutAsync(new App { Name = "large", MaxPayloadBytes = 1_048_576, Keep = new KeepPolicy { MaxBytes = 16_777_216 } });
        var payload = ByteString.CopyFrom(new byte[700_000]);
        string[] users = [.. Enumerable.Range(0, 6).Select(i => $"user-{i}")];
        foreach (var user in users)
        {
            await _register.Channels.AppendAsync(new AppendRequest
            {
                Contents = { ChannelCalls.Push(payload) },
                Messages = { new NewMessage { App = "large", User = user }, new NewMessage { App = "large", User = user } },
            });
        }

        var after = users.ToDictionary(user => user, _ => new Position());
        var received = users.ToDictionary(user => user, _ => 0);
        var calls = 0;
        while (received.Values.Sum() < 12)
        {
            Assert.True(++calls <= 12, "each answer brings something");
            string[] open = [.. users.Where(user => received[user] < 2)];
            var reply = await _register.Channels.ReadAsync(new ReadRequest
            {
                Channels = { open.Select(user => new ReadChannel { App = "large", User = user, After = after[user] }) },
                MaxBytes = 2 * 1024 * 1024,
            });
            Assert.True(reply.CalculateSize() < 4 * 1024 * 1024);
            foreach (var (user, page) in open.Zip(reply.Pages))
            {
                Assert.False(page.Unavailable);
                Assert.Equal(after[user], page.After);
                Assert.Equal(2ul, page.Head.Seq);
                Assert.Equal((ulong)(received[user] += page.Entries.Count), page.Covered.Seq);
                after[user] = page.Covered;
            }
        }

        var opened = await _register.Channels.OpenAsync(new OpenRequest { Readers = { users.Select(user => new OpenReader { App = "large", User = user }) } });
        Assert.True(opened.CalculateSize() < 4 * 1024 * 1024);
        Assert.Equal([1, 1, 1, 0, 0, 0], opened.Readers.Select(reader => reader.Inbox.Entries.Count));
        Assert.All(opened.Readers, reader => Assert.Equal((ulong)reader.Inbox.Entries.Count, reader.Inbox.Covered.Seq));
    }

    [Fact]
    public async Task OpenAndRead_OfUnknownApp_AreUnavailableForThatOneOnly()
    {
        await _register.AppendAsync("ann", "one");

        var opened = (await _register.Channels.OpenAsync(new OpenRequest
        {
            Readers = { new OpenReader { App = "nothing", User = "ann" }, new OpenReader { App = "default", User = "ann" } },
        })).Readers;
        var read = (await _register.Channels.ReadAsync(new ReadRequest
        {
            Channels = { new ReadChannel { App = "default", User = "ann" }, new ReadChannel { App = "nothing" } },
        })).Pages;

        Assert.Equal([true, false], opened.Select(reader => reader.Unavailable));
        Assert.Equal(["one"], opened[1].Inbox.Texts());
        Assert.Equal([false, true], read.Select(page => page.Unavailable));
        Assert.Equal(["one"], read[0].Texts());
    }

    [Fact]
    public async Task Calls_WithBadInput_AreRefused()
    {
        var channels = _register.Channels;
        await RefusedAsync(channels.OpenAsync(new OpenRequest { Readers = { Enumerable.Repeat(new OpenReader(), 1_001) } }), "readers", "1001", "1000");
        await RefusedAsync(channels.OpenAsync(new OpenRequest { Readers = { new OpenReader { App = "No!", User = "a" } } }), "readers", "a-z");
        await RefusedAsync(channels.OpenAsync(new OpenRequest { Readers = { new OpenReader { App = "default" } } }), "readers", "user is empty");
        await RefusedAsync(
            channels.OpenAsync(new OpenRequest { Readers = { new OpenReader { App = "default", User = "a", AllHead = Beyond } } }), "all_head", "9007199254740992");
        await RefusedAsync(channels.OpenAsync(new OpenRequest { MaxMessages = 1_001 }), "max_messages", "1001", "1000");
        await RefusedAsync(channels.ReadAsync(new ReadRequest { MaxBytes = 2_097_153 }), "max_bytes", "2097153", "2097152");
        await RefusedAsync(channels.ReadAsync(new ReadRequest { Channels = { Enumerable.Repeat(new ReadChannel(), 1_001) } }), "channels", "1001", "1000");
        await RefusedAsync(channels.ReadAsync(new ReadRequest { Channels = { new ReadChannel { App = "default", User = "\u0007" } } }), "channels.user", "control");
        await RefusedAsync(channels.ReadAsync(new ReadRequest { Channels = { new ReadChannel { App = "default", After = Beyond } } }), "channels.after", "limit");
        await RefusedAsync(channels.AckAsync(new AckRequest { Acks = { Enumerable.Repeat(new AckPosition(), 10_001) } }), "acks", "10001", "10000");
        await RefusedAsync(channels.GetInboxAsync(new InboxRequest { App = "default" }), "user", "empty");
        (await Caller.FaultAsync(channels.GetInboxAsync(new InboxRequest { App = "nothing", User = "a" }))).Is(StatusCode.NotFound, "nothing");
        (await Caller.FaultAsync(channels.GetLedgerAsync(new LedgerRequest { App = "nothing" }))).Is(StatusCode.NotFound, "nothing");
    }

    private static async Task RefusedAsync<T>(AsyncUnaryCall<T> call, params string[] words) =>
        (await Caller.FaultAsync(call)).Is(StatusCode.InvalidArgument, words);
}
