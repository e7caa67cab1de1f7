using Google.Protobuf;
using Grpc.Core;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;

namespace Microservices.Register.Tests.Channels;

public sealed class AppendTests : IAsyncLifetime
{
    private RunningRegister _register = null!;

    public async ValueTask InitializeAsync() => _register = await RunningRegister.StartAsync();

    public ValueTask DisposeAsync() => _register.DisposeAsync();

    [Fact]
    public async Task Append_ToInboxesAndAll_IsReadInItsOrder()
    {
        var request = new AppendRequest { Contents = { ChannelCalls.Push("one"), ChannelCalls.Push("two") } };
        foreach (var (user, content) in new[] { ("ann", 0u), ("bob", 0u), ("ann", 1u), ("", 1u) })
        {
            request.Messages.Add(new NewMessage { App = "default", User = user, Content = content });
        }

        var results = (await _register.Channels.AppendAsync(request)).Results;

        Assert.All(results, result => Assert.Equal(Outcome.Appended, result.Outcome));
        Assert.Equal([1ul, 1, 2, 1], results.Select(result => result.Position.Seq));
        Assert.All(results, result => Assert.True(result.ExpiresUnixMs > 0));
        var page = await _register.ReadAsync("ann");
        Assert.Equal(["one", "two"], page.Texts());
        Assert.Equal([request.Contents[0], request.Contents[1]], page.Entries.Select(entry => entry.Message));
        Assert.Equal((results[2].Position, results[2].Position), (page.Head, page.Covered));
        Assert.Equal(["two"], (await _register.ReadAsync("")).Texts());
    }

    [Fact]
    public async Task Append_WithAKeyAgain_IsTheFirstMessage()
    {
        var content = ChannelCalls.Push("pay", "first");
        var first = await AppendAsync(content, "key-1");

        var again = await AppendAsync(new KeptMessage(content) { Id = "second" }, "key-1");
        var other = await AppendAsync(ChannelCalls.Push("pay more", "third"), "key-1");
        await _register.AckAsync("ann", first.Position);
        var late = await AppendAsync(new KeptMessage(content) { Id = "fourth" }, "key-1");

        Assert.Equal((Outcome.Repeated, "first", first.Position, first.ExpiresUnixMs), (again.Outcome, again.MessageId, again.Position, again.ExpiresUnixMs));
        Assert.False(again.Done);
        Assert.Equal(Outcome.KeyReused, other.Outcome);
        Assert.Contains("key", other.Message, StringComparison.Ordinal);
        Assert.Equal((Outcome.Repeated, true), (late.Outcome, late.Done));
        Assert.Empty((await _register.ReadAsync("ann")).Entries);
    }

    [Fact]
    public async Task Append_WithAKeyAgain_ForFewerUsersOrFromASenderRenamed_IsTheFirstMessage()
    {
        var content = new KeptMessage(ChannelCalls.Push("pay", "first")) { Audience = Audience.Several };
        await AppendAsync(content, "key-1");
        var again = new KeptMessage(content) { Id = "second", Audience = Audience.One };
        again.Push.Sender = "another name";

        Assert.Equal((Outcome.Repeated, "first"), await AppendAsync(again, "key-1") is var result ? (result.Outcome, result.MessageId) : default);
    }

    [Fact]
    public async Task Append_ToAFullInbox_NamesTheLimit()
    {
        await _register.PutAsync(new App { Name = "few", Keep = new KeepPolicy { MaxMessages = 2 } });
        await _register.PutAsync(new App { Name = "short", Keep = new KeepPolicy { MaxBytes = 100 } });

        var results = new List<AppendResult>();
        for (var i = 0; i < 3; i++)
        {
            results.Add(await _register.AppendAsync("ann", "text", app: "few"));
        }

        var tooLong = await _register.AppendAsync("ann", new string('x', 200), app: "short");

        Assert.Equal([Outcome.Appended, Outcome.Appended, Outcome.Full], results.Select(result => result.Outcome));
        Assert.Contains("2 messages", results[2].Message, StringComparison.Ordinal);
        Assert.Contains("keep.max_messages", results[2].Message, StringComparison.Ordinal);
        Assert.Equal(Outcome.Full, tooLong.Outcome);
        Assert.Contains("over 100", tooLong.Message, StringComparison.Ordinal);
        Assert.Contains("keep.max_bytes", tooLong.Message, StringComparison.Ordinal);
        Assert.Equal(2ul, (await _register.Channels.GetLedgerAsync(new LedgerRequest { App = "few" })).Accepted);
    }

    [Fact]
    public async Task Append_ToAFullAll_DropsItsOldest()
    {
        await _register.PutAsync(new App { Name = "few", Keep = new KeepPolicy { AllMaxMessages = 2 } });
        foreach (var text in new[] { "one", "two", "three" })
        {
            Assert.Equal(Outcome.Appended, (await _register.AppendAsync("", text, app: "few")).Outcome);
        }

        Assert.Equal(["two", "three"], (await _register.ReadAsync("", app: "few")).Texts());
    }

    [Fact]
    public async Task Append_OfUserWhoIsOnline_TellsTheSessionsOfLiveRooms()
    {
        await _register.PutAsync(new App { Name = "shop", Devices = DevicePolicy.PerDevice });
        using var room = await TestRoom.OpenAsync(_register.Rooms, "room-1");
        using var dying = await TestRoom.OpenAsync(_register.Rooms, "room-2");
        var token = await _register.IssueAsync("ann", "shop");
        await _register.ClaimAsync(room.Incarnation, Caller.Claim("ann", token, 7, "shop", "phone"));
        await _register.ClaimAsync(dying.Incarnation, Caller.Claim("ann", token, 8, "shop", "tablet"));

        var both = await _register.AppendAsync("ann", "one", app: "shop");
        await dying.ReleaseAsync();
        AppendResult? alone = null;
        await Eventually.HoldsAsync(
            async () => (await room.RenewAsync()).Renewed is not null
                && (alone = await _register.AppendAsync("ann", "two", "key", "shop")).Sessions.Count == 1,
            "the session of the dead room is left out");

        Assert.Equal([(7ul, "room-1"), (8ul, "room-2")], both.Sessions.Select(session => (session.Key.Session, session.Room)).Order());
        Assert.Equal(("phone", "room-1"), (alone!.Sessions[0].Device, alone.Sessions[0].Room));
        Assert.Empty((await _register.AppendAsync("nobody", "one", app: "shop")).Sessions);
    }

    [Fact]
    public async Task Append_OfMixedBatch_AnswersEachOnItsOwn()
    {
        await _register.PutAsync(new App { Name = "brief", MaxPayloadBytes = 100, Keep = new KeepPolicy { MaxAgeMs = 5_000 } });
        var request = new AppendRequest
        {
            Contents =
            {
                ChannelCalls.Push("good"),
                ChannelCalls.Push(new string('x', 101)),
                ChannelCalls.Push("no id", ""),
                ChannelCalls.Push("long id", new string('i', 65)),
                ChannelCalls.Push("blank id", "a b"),
                new KeptMessage { Id = "empty", Audience = Audience.One },
                Changed(content => content.Audience = Audience.Unspecified),
                Changed(content => content.Push.ExpiresUnixMs = 5),
                Changed(content => content.Push.Type = new string('t', 1_025)),
            },
        };
        (NewMessage Message, Outcome Outcome, string[] Words)[] expected =
        [
            (new NewMessage { App = "default", User = "ann" }, Outcome.Appended, []),
            (new NewMessage { App = "nothing", User = "ann" }, Outcome.UnknownApp, ["nothing"]),
            (new NewMessage { App = "No!", User = "ann" }, Outcome.Invalid, ["app", "a-z"]),
            (new NewMessage { App = "", User = "ann" }, Outcome.Invalid, ["app", "0"]),
            (new NewMessage { App = "default", User = "a\nb" }, Outcome.Invalid, ["user", "control"]),
            (new NewMessage { App = "default", User = new string('u', 129) }, Outcome.Invalid, ["user", "129", "128"]),
            (new NewMessage { App = "default", User = "ann", Key = new string('k', 129) }, Outcome.Invalid, ["key", "129", "128"]),
            (new NewMessage { App = "default", User = "ann", Key = "a b" }, Outcome.Invalid, ["key", "visible ASCII"]),
            (new NewMessage { App = "default", User = "ann", Key = "ä" }, Outcome.Invalid, ["key", "visible ASCII"]),
            (new NewMessage { App = "default", User = "ann", Content = 9 }, Outcome.Invalid, ["content 9", "has 9"]),
            (new NewMessage { App = "default", User = "ann", TtlMs = 604_800_001 }, Outcome.Invalid, ["ttl_ms 604800001", "604800000", "max_age_ms"]),
            (new NewMessage { App = "brief", User = "ann", TtlMs = 5_001 }, Outcome.Invalid, ["ttl_ms 5001", "5000", "brief"]),
            (new NewMessage { App = "brief", User = "ann", Content = 1 }, Outcome.Invalid, ["101", "100", "brief"]),
            (new NewMessage { App = "default", User = "ann", Content = 1 }, Outcome.Appended, []),
            (new NewMessage { App = "default", User = "ann", Content = 2 }, Outcome.Invalid, ["content.id", "0", "64"]),
            (new NewMessage { App = "default", User = "ann", Content = 3 }, Outcome.Invalid, ["content.id", "65", "64"]),
            (new NewMessage { App = "default", User = "ann", Content = 4 }, Outcome.Invalid, ["content.id", "visible ASCII"]),
            (new NewMessage { App = "default", User = "ann", Content = 5 }, Outcome.Invalid, ["neither chat nor push"]),
            (new NewMessage { App = "default", User = "ann", Content = 6 }, Outcome.Invalid, ["content.audience 0"]),
            (new NewMessage { App = "default", User = "ann", Content = 7 }, Outcome.Invalid, ["expires_unix_ms is 5", "ttl_ms"]),
            (new NewMessage { App = "default", User = "ann", Content = 8 }, Outcome.Invalid, ["beside its payload", "1024"]),
        ];
        request.Messages.AddRange(expected.Select(one => one.Message));

        var results = (await _register.Channels.AppendAsync(request)).Results;

        Assert.Equal(expected.Select(one => one.Outcome), results.Select(result => result.Outcome));
        Assert.All(expected.Zip(results), pair => Assert.All(
            pair.First.Words, word => Assert.Contains(word, pair.Second.Message, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Append_OverTheLimitsOfACall_IsRefused()
    {
        var messages = new AppendRequest { Contents = { ChannelCalls.Push("x") }, Messages = { Enumerable.Repeat(new NewMessage { App = "default" }, 1_001) } };
        (await Caller.FaultAsync(_register.Channels.AppendAsync(messages))).Is(StatusCode.InvalidArgument, "messages", "1001", "1000");
        var contents = new AppendRequest { Contents = { Enumerable.Repeat(ChannelCalls.Push("x"), 1_001) } };
        (await Caller.FaultAsync(_register.Channels.AppendAsync(contents))).Is(StatusCode.InvalidArgument, "contents", "1001", "1000");
        Assert.Empty((await _register.Channels.AppendAsync(new AppendRequest())).Results);
    }

    [Fact]
    public async Task Append_OfAThousandWithOneContent_IsOneCall()
    {
        var request = new AppendRequest
        {
            Contents = { ChannelCalls.Push(ByteString.CopyFrom(new byte[32 * 1024])) },
            Messages = { Enumerable.Range(0, 1_000).Select(i => new NewMessage { App = "default", User = $"user-{i}" }) },
        };

        var results = (await _register.Channels.AppendAsync(request)).Results;

        Assert.All(results, result => Assert.Equal(Outcome.Appended, result.Outcome));
        var ledger = await _register.Channels.GetLedgerAsync(new LedgerRequest { App = "default", Measure = true });
        Assert.Equal((1_000ul, 1_000ul, 1_000ul, true), (ledger.Accepted, ledger.Pending, ledger.MeasuredPending, ledger.Complete));
    }

    [Fact]
    public async Task Append_WithMoreSessionsThanAnAnswerHolds_IsAnsweredAllTheSame()
    {
        await _register.PutAsync(new App { Name = "shop", Devices = DevicePolicy.PerDevice });
        using var room = await TestRoom.OpenAsync(_register.Rooms);
        var token = await _register.IssueAsync("ann", "shop");
        for (var i = 0; i < 16; i++)
        {
            var claim = Caller.Claim("ann", token, (ulong)i, "shop", $"{i}-{new string('d', 120)}");
            claim.Sdk = new string('s', 128);
            await _register.ClaimAsync(room.Incarnation, claim);
        }

        var request = new AppendRequest
        {
            Contents = { ChannelCalls.Push("text") },
            Messages = { Enumerable.Repeat(new NewMessage { App = "shop", User = "ann" }, 1_000) },
        };
        var reply = await _register.Channels.AppendAsync(request);

        Assert.All(reply.Results, result => Assert.Equal(Outcome.Appended, result.Outcome));
        Assert.Equal(16, reply.Results[0].Sessions.Count);
        Assert.Empty(reply.Results[^1].Sessions);
    }

    private static KeptMessage Changed(Action<KeptMessage> change)
    {
        var content = ChannelCalls.Push("text");
        change(content);
        return content;
    }

    private async Task<AppendResult> AppendAsync(KeptMessage content, string key) => Assert.Single((await _register.Channels.AppendAsync(
        new AppendRequest { Contents = { content }, Messages = { new NewMessage { App = "default", User = "ann", Key = key } } })).Results);
}
