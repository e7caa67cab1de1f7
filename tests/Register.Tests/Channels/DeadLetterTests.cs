using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;

namespace Microservices.Register.Tests.Channels;

public sealed class DeadLetterTests : IAsyncLifetime
{
    private RunningRegister _register = null!;

    public async ValueTask InitializeAsync()
    {
        _register = await RunningRegister.StartAsync();
        await _register.PutAsync(new App { Name = "shop", MaxPayloadBytes = 1_048_576, Keep = new KeepPolicy { MaxAttempts = 1, MinDeadAgeMs = 1 } });
    }

    public ValueTask DisposeAsync() => _register.DisposeAsync();

    [Fact]
    public async Task Open_OfWhatIsNeverAcknowledged_GivesItUp()
    {
        await _register.AppendAsync("ann", "poison", app: "shop");
        await _register.AppendAsync("ann", "good", app: "shop");

        await GiveUpAsync("ann", left: 1);

        Assert.Equal(["good"], (await _register.OpenAsync("ann", app: "shop", again: true)).Inbox.Texts());
        var letter = Assert.Single((await LettersAsync("ann")).Letters);
        Assert.Equal(("ann", "", 4522u), (letter.User, letter.Device, letter.Code));
        Assert.NotEqual(0u, letter.Attempts);
        Assert.Equal("poison", letter.Entry.Message.Push.Payload.ToStringUtf8());
        var ledger = await _register.Channels.GetLedgerAsync(new LedgerRequest { App = "shop" });
        Assert.Equal((2ul, 1ul, 1ul), (ledger.Accepted, ledger.Dead, ledger.Pending));
    }

    [Fact]
    public async Task List_OfAllUsers_WalksPartitionsInPages()
    {
        string[] users = [.. Enumerable.Range(0, 7).Select(i => $"user-{i}")];
        foreach (var user in users)
        {
            await _register.AppendAsync(user, "one", app: "shop");
            await _register.AppendAsync(user, "two", app: "shop");
            await GiveUpAsync(user);
        }

        List<(string, ulong)> found = [];
        for (var (page, calls) = (await LettersAsync(limit: 3), 0); ; page = await LettersAsync(limit: 3, cursor: page.NextCursor))
        {
            Assert.True(++calls < 10);
            found.AddRange(page.Letters.Select(letter => (letter.User, letter.Entry.Position.Seq)));
            if (page.NextCursor.Length == 0)
            {
                break;
            }
        }

        Assert.Equal(users.SelectMany(user => new[] { (user, 1ul), (user, 2ul) }), found.Order());
        Assert.All(found.GroupBy(one => one.Item1), one => Assert.Equal([1ul, 2ul], one.Select(letter => letter.Item2)));
    }

    [Fact]
    public async Task List_OfMoreThanAnAnswerHolds_GoesOnWhereItEnded()
    {
        for (var i = 0; i < 4; i++)
        {
            await _register.AppendAsync("ann", new string('x', 900_000), app: "shop");
        }

        await GiveUpAsync("ann");

        var first = await LettersAsync("ann");
        var second = await LettersAsync("ann", cursor: first.NextCursor);

        Assert.Equal([1ul, 2, 3], first.Letters.Select(letter => letter.Entry.Position.Seq));
        Assert.Equal([4ul], second.Letters.Select(letter => letter.Entry.Position.Seq));
        Assert.Equal("", second.NextCursor);
    }

    [Fact]
    public async Task List_WithBadInput_IsRefused()
    {
        foreach (var cursor in new[] { "?", "AAAA", new string('A', 513), "MTAyNCAwIDAg", "MSB4IDAg" })
        {
            (await Caller.FaultAsync(ListAsync(cursor: cursor))).Is(StatusCode.InvalidArgument, "cursor");
        }

        (await Caller.FaultAsync(ListAsync(limit: 101))).Is(StatusCode.InvalidArgument, "limit", "101", "100");
        (await Caller.FaultAsync(ListAsync(user: "\u0001"))).Is(StatusCode.InvalidArgument, "user", "control");
        (await Caller.FaultAsync(_register.Channels.ListDeadLettersAsync(new DeadLettersRequest { App = "nothing" }))).Is(StatusCode.NotFound, "nothing");
    }

    private AsyncUnaryCall<DeadLetters> ListAsync(string user = "", uint limit = 0, string cursor = "") =>
        _register.Channels.ListDeadLettersAsync(new DeadLettersRequest { App = "shop", User = user, Limit = limit, Cursor = cursor });

    private async Task<DeadLetters> LettersAsync(string user = "", uint limit = 0, string cursor = "") => await ListAsync(user, limit, cursor);

    /// <summary>Opens again and again until only so many messages are left.</summary>
    private async Task GiveUpAsync(string user, uint left = 0)
    {
        for (var opened = 0; (await _register.InboxAsync(user, "shop")).Messages > left; opened++)
        {
            Assert.True(opened < 1_000, "each of them is given up");
            await _register.OpenAsync(user, app: "shop");
        }
    }
}
