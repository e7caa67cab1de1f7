using Grpc.Core;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Apps;
using Microservices.Register.Channels;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microservices.Register.Tests.Store;
using Microservices.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;

namespace Microservices.Register.Tests.Channels;

/// <summary>A part of the store doesn't answer: what it holds says so, everything else goes on.</summary>
public sealed class StoreFaultTests : IAsyncLifetime
{
    private const string Away = "ann";
    private RunningRegister _register = null!;
    private FaultyChannels _store = null!;

    public async ValueTask InitializeAsync()
    {
        _register = await RunningRegister.StartAsync();
        _store = new FaultyChannels(_register.App.Services.GetRequiredService<IChannelStore>()) { AwayPartition = Partition.Of("default", Away) };
        Assert.NotEqual(_store.AwayPartition, Partition.Of("default", "bob"));
    }

    public ValueTask DisposeAsync() => _register.DisposeAsync();

    [Fact]
    public async Task Append_WithOnePartAway_AnswersTheOthersAndLooksThereLater()
    {
        var apps = await BatchApps.FindAsync(_register.App.Services.GetRequiredService<AppDirectory>(), ["default"], default);
        var request = new AppendRequest
        {
            Contents = { ChannelCalls.Push("text") },
            Messages = { new NewMessage { App = "default", User = Away }, new NewMessage { App = "default", User = "bob" }, new NewMessage { App = "default" } },
        };
        var round = new AppendRound(request, apps, _store, _register.App.Services.GetRequiredService<LiveRooms>());

        var results = await round.RunAsync(default);

        Assert.Equal([Outcome.Unavailable, Outcome.Appended, Outcome.Appended], results.Select(result => result.Outcome));
        Assert.Contains("doesn't answer", results[0].Message, StringComparison.Ordinal);
        Assert.Equal([Partition.Of("default", Away), Partition.Of("default", "bob")], round.Due.Select(one => one.Partition));
        Assert.All(round.Due, one => Assert.Equal(TimeSpan.FromSeconds(30), one.After));
    }

    [Fact]
    public async Task Ack_WithOnePartAway_AnswersTheOthers()
    {
        var position = (await _register.AppendAsync("bob", "text")).Position;
        var apps = await BatchApps.FindAsync(_register.App.Services.GetRequiredService<AppDirectory>(), ["default"], default);

        var outcomes = await AckRound.RunAsync(
            new AckRequest
            {
                Acks =
                {
                    new AckPosition { App = "default", User = Away, Position = position },
                    new AckPosition { App = "default", User = "bob", Position = position },
                },
            },
            apps,
            _store,
            default);

        Assert.Equal([AckOutcome.Unavailable, AckOutcome.Taken], outcomes);
    }

    [Fact]
    public async Task Ledger_WithOnePartAway_IsNotComplete()
    {
        await _register.AppendAsync(Away, "text");
        await _register.AppendAsync("bob", "text");

        var ledger = await LedgerSum.ReadAsync(_store, "default", measure: true, default);

        Assert.Equal((1ul, 1ul, false), (ledger.Accepted, ledger.MeasuredPending, ledger.Complete));
    }

    [Fact]
    public async Task Calls_WithRedisAway_AreUnavailableEach()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var register = await RunningRegister.OnRedisAsync(redis.Endpoint, ("Store:Redis:Timeout", "00:00:00.5"));
        await Eventually.HoldsAsync(async () => (await register.ReadyAsync()).Ready, "the register is ready");
        Assert.Equal(Outcome.Appended, (await register.AppendAsync("ann", "text")).Outcome);

        await redis.KillAsync();

        Assert.Equal(Outcome.Unavailable, (await register.AppendAsync("ann", "text")).Outcome);
        Assert.Equal(Outcome.Unavailable, (await register.AppendAsync("ann", "text", app: "unknown")).Outcome);
        Assert.True((await register.OpenAsync("ann")).Unavailable);
        Assert.True((await register.ReadAsync("")).Unavailable);
        Assert.Equal(AckOutcome.Unavailable, await register.AckAsync("ann", new Contracts.Bus.Position { Epoch = 1, Seq = 1 }));
        Assert.False((await register.Channels.GetLedgerAsync(new LedgerRequest { App = "default" })).Complete);
        (await Caller.FaultAsync(register.Channels.GetInboxAsync(new InboxRequest { App = "default", User = "ann" }))).Is(StatusCode.Unavailable, redis.Endpoint);
        (await Caller.FaultAsync(register.Channels.ListDeadLettersAsync(new DeadLettersRequest { App = "default" }))).Is(StatusCode.Unavailable, redis.Endpoint);
    }

    [Fact]
    public void Fit_OfAnEntryThatCannotBeRead_LeavesItOut()
    {
        var budget = new ReplyBudget(NullLogger.Instance);
        StoredEntry[] entries =
        [
            new(new LogPosition(1, 1), EntryKind.Message, new byte[] { 0xff, 0xff }, 5),
            new(new LogPosition(1, 2), EntryKind.Message, ReadOnlyMemory<byte>.Empty, 5),
        ];

        var page = budget.Fit(new LogPage(entries, LogPosition.Start, new LogPosition(1, 2), new LogPosition(1, 2)));

        Assert.Equal(2ul, Assert.Single(page.Entries).Position.Seq);
        Assert.Equal(page.Head, page.Covered);
    }
}
