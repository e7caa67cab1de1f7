using System.Security.Cryptography;
using System.Text;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels.Model;

/// <summary>Lives a story on a store and beside it on the model, and compares the two after every step.</summary>
internal sealed class ChannelTelling(ChannelModelStore store, ChannelStory story)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OwnTick = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Never = TimeSpan.FromDays(200);
    private static readonly PageLimits Whole = new(1_000, 1_000_000);

    private readonly string _app = "m" + Guid.NewGuid().ToString("N")[..12];
    private readonly Dictionary<int, ModelChannel> _channels = Enumerable.Range(0, ChannelStory.Users + 1).ToDictionary(static i => i, static _ => new ModelChannel());
    private readonly Dictionary<int, List<LogPosition>> _given = Enumerable.Range(0, ChannelStory.Users + 1).ToDictionary(static i => i, static _ => new List<LogPosition>());
    private readonly Dictionary<int, ulong> _sessions = [];
    private ISessionStore _sessionStore = store.Sessions;
    private IChannelStore _store = store.Channels;
    private int _now;
    private int _numbers;

    public async Task RunAsync()
    {
        foreach (var (i, step) in story.Steps.Index())
        {
            try
            {
                await TakeAsync(step);
                await CompareAsync();
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"Step {i + 1}, {step}: {fault.Message}", fault);
            }
        }
    }

    private static string UserOf(int user) => user == 0 ? "" : $"user-{user}";

    private static string DeviceOf(int device) => device == 0 ? "" : $"device-{device}";

    private Task TakeAsync(ChannelStep step) => step switch
    {
        AppendOne append => AppendAsync(append),
        OpenInbox open => OpenAsync(open),
        AckOne ack => AckAsync(ack.User, ack.Device, PositionOf(ack.User, ack.Back), all: false),
        AckAll ack => AckAsync(ack.User, ack.Device, PositionOf(0, ack.Back), all: true),
        ReadOne read => ReadAsync(read),
        TakeDue take => TakeDueAsync(take),
        Come come => ComeAsync(come.User),
        Go go => GoAsync(go.User),
        Pass pass => PassAsync(pass.Ticks),
        Restart => RestartAsync(),
        _ => WipeAsync(),
    };

    private async Task AppendAsync(AppendOne step)
    {
        var channel = _channels[step.User];
        var content = Encoding.UTF8.GetBytes(step.Text);
        var rules = new AppendRules(ChannelStory.MaxMessages, ChannelStory.MaxBytes, step.IsDueAtOnce ? TimeSpan.Zero : Never, SpanOf(step.KeyWindow));
        var append = new Append(
            _app, UserOf(step.User), $"id-{_numbers++}", content, step.Key == 0 ? "" : $"{step.Key}", SHA256.HashData(content).AsMemory(0, 16), SpanOf(step.TimeToLive), rules);
        var expected = channel.Judge(step, append.MessageId, _now);

        var outcome = Assert.Single(await _store.AppendAsync([append], default));

        Assert.Equal((expected.State, expected.Id, expected.IsDone), (outcome.State, outcome.MessageId, outcome.Done));
        var hasSessions = step.User > 0 && outcome.State is AppendState.Appended or AppendState.Repeated && _sessions.ContainsKey(step.User);
        Assert.Equal(hasSessions ? 1 : 0, outcome.Sessions.Count);
        if (outcome.State != AppendState.Appended)
        {
            Assert.Equal(expected.Position, outcome.Position);
            return;
        }

        var given = _given[step.User];
        Assert.All(given, earlier => Assert.True(earlier < outcome.Position, $"{outcome.Position} is not after {earlier}"));
        Assert.True(channel.Head == LogPosition.Start || outcome.Position.Seq == channel.Head.Seq + 1, $"{outcome.Position} does not follow {channel.Head}");
        given.Add(outcome.Position);
        channel.Add(step, outcome.Position, append.MessageId, _now);
        if (step.User == 0)
        {
            channel.DropOldest(_now);
        }

        if (store.Time is null && (step.TimeToLive < ChannelStep.Never || step.KeyWindow < ChannelStep.Never))
        {
            await PassAsync(3);
        }
    }

    private async Task OpenAsync(OpenInbox step)
    {
        // Where the model doesn't see the store's clock, an age is either reached at once or never.
        var open = store.Time is null && step.MinDeadAge > 0 ? step with { MinDeadAge = ChannelStep.Never } : step;
        var (channel, device) = (_channels[open.User], DeviceOf(open.Device));
        var limits = new PageLimits(open.MaxMessages, open.MaxBytes);
        var opening = new Opening(
            new Reader(_app, UserOf(open.User), device), _channels[0].Head, open.IsAttempt, open.MaxAttempts, SpanOf(open.MinDeadAge));
        channel.Open(open, device, _channels[0].Head, _now);

        var opened = Assert.Single(await _store.OpenAsync([opening], limits, default))!;

        Assert.Equal(channel.Readers[device].AllCursor, opened.AllCursor);
        CheckPage(opened.Inbox, channel, channel.Readers[device].Cursor, limits);
    }

    private async Task AckAsync(int user, int device, LogPosition position, bool all)
    {
        var (channel, name) = (_channels[user], DeviceOf(device));
        var expected = all ? channel.AckAll(name, position) : channel.Ack(name, position, _now);

        Assert.Equal([expected], await _store.AckAsync([new Acknowledgement(new Reader(_app, UserOf(user), name), all, position)], default));
    }

    private async Task ReadAsync(ReadOne read)
    {
        var (after, limits) = (PositionOf(read.User, read.Back), new PageLimits(read.MaxMessages, read.MaxBytes));

        var page = Assert.Single(await _store.ReadAsync([new LogRead(_app, UserOf(read.User), after)], limits, default));

        CheckPage(page!, _channels[read.User], after, limits);
    }

    private async Task TakeDueAsync(TakeDue step)
    {
        var partition = Partition.Of(_app, UserOf(step.User));
        List<(string, LogPosition, int)> expected = [];
        foreach (var user in Enumerable.Range(1, ChannelStory.Users).Where(user => Partition.Of(_app, UserOf(user)) == partition))
        {
            if (_channels[user].TakeDue(_sessions.ContainsKey(user), step.IsAgainAtOnce, _now))
            {
                expected.Add((UserOf(user), _channels[user].Head, _sessions.ContainsKey(user) ? 1 : 0));
            }
        }

        var due = await _store.TakeDueAsync(partition, 1_000, step.IsAgainAtOnce ? TimeSpan.Zero : Never, default);

        Assert.Equal(expected, due.Where(one => one.App == _app).Select(static one => (one.User, one.Head, one.Sessions.Count)).Order());
    }

    private async Task ComeAsync(int user)
    {
        var session = new Session { App = _app, User = UserOf(user), Key = new SessionKey { Session = (ulong)++_numbers }, Incarnation = 5 };
        _sessions[user] = Assert.Single((await _sessionStore.ClaimAsync([new SessionClaim(session, PerDevice: false)], default)).Outcomes).Epoch;
    }

    private async Task GoAsync(int user)
    {
        if (_sessions.Remove(user, out var epoch))
        {
            Assert.Equal([true], await _sessionStore.EndAsync([new SessionEnd(_app, UserOf(user), epoch)], default));
        }
    }

    private async Task PassAsync(int ticks)
    {
        _now += ticks;
        if (store.Time is { } time)
        {
            time.Advance(ticks * Tick);
            return;
        }

        // What ends within these ticks ends before this message, which is younger and has one more.
        var (clock, content) = ($"{_app}-clock", new byte[] { 1 });
        await _store.AppendAsync(
            [new Append(clock, "", "id", content, "", new byte[16], (3 + 1) * OwnTick, new AppendRules(1, 1, Never, Never))], default);
        await Eventually.HoldsAsync(
            async () => (await _store.ReadAsync([new LogRead(clock, "", LogPosition.Start)], Whole, default))[0]!.Entries.Count == 0, "time passes");
    }

    private async Task RestartAsync()
    {
        await PassAsync(1);
        _store = await store.Restart();
    }

    private async Task WipeAsync()
    {
        await PassAsync(1);
        var stores = await store.Wipe();
        (_sessionStore, _store) = (stores.Sessions, stores.Channels);
        _sessions.Clear();
        foreach (var user in _channels.Keys)
        {
            _channels[user] = new ModelChannel();
        }
    }

    private async Task CompareAsync()
    {
        var heads = await _store.HeadsAsync(default);
        Assert.Equal(_channels[0].Head, heads.GetValueOrDefault(_app));
        foreach (var (user, channel) in _channels)
        {
            var page = Assert.Single(await _store.ReadAsync([new LogRead(_app, UserOf(user), LogPosition.Start)], Whole, default))!;
            Assert.Equal(channel.Waiting(_now), page.Entries.Select(static entry => (entry.Position, entry.Text())));
            if (user > 0)
            {
                await CompareInboxAsync(UserOf(user), channel);
            }
        }

        foreach (var users in Enumerable.Range(1, ChannelStory.Users).GroupBy(user => Partition.Of(_app, UserOf(user))))
        {
            var ledger = await _store.LedgerAsync(_app, users.Key, measure: true, default);
            ledger.AssertBalance();
            var channels = users.Select(user => _channels[user]).ToArray();
            Assert.Equal(
                (channels.Sum(static one => one.Accepted), channels.Sum(static one => one.Acknowledged), channels.Sum(static one => one.DeadCount)),
                (ledger.Accepted, ledger.Acknowledged, ledger.Dead));
            Assert.True(ledger.Pending >= channels.Sum(one => one.Waiting(_now).Length), $"{ledger}");
        }
    }

    private async Task CompareInboxAsync(string user, ModelChannel channel)
    {
        var inbox = await _store.InspectAsync(_app, user, default);
        Assert.Equal(channel.Head, inbox.Head);
        Assert.InRange(inbox.Messages, channel.Waiting(_now).Length, channel.Entries.Count);
        Assert.Equal(
            channel.Readers.Select(entry => (entry.Key, entry.Value.Cursor, channel.First(entry.Value, _now) is { } first && first == entry.Value.Tried ? entry.Value.Tries : 0)),
            inbox.Readers.OrderBy(static reader => reader.Device, StringComparer.Ordinal).Select(static reader => (reader.Device, reader.Cursor, reader.Attempts)));
        var letters = (await _store.DeadLettersAsync(_app, user, DeadLetterCursor.Start, 1_000, default)).Letters;
        Assert.Equal(channel.Dead, letters.Select(static letter => (letter.Entry.Position, letter.Device)));
    }

    private void CheckPage(LogPage page, ModelChannel channel, LogPosition after, PageLimits limits)
    {
        var behind = channel.Waiting(_now).Where(entry => entry.Position > after).ToArray();
        var count = Math.Min(behind.Length, 1);
        var bytes = behind.Take(1).Sum(static entry => entry.Text.Length);
        while (count < Math.Min(behind.Length, limits.MaxMessages) && bytes + behind[count].Text.Length <= limits.MaxBytes)
        {
            bytes += behind[count++].Text.Length;
        }

        Assert.Equal(behind[..count], page.Entries.Select(static entry => (entry.Position, entry.Text())));
        Assert.Equal((after, channel.Head), (page.After, page.Head));
        if (count == behind.Length)
        {
            Assert.Equal(after > channel.Head ? after : channel.Head, page.Covered);
        }
        else
        {
            Assert.True(page.Covered >= behind[count - 1].Position && page.Covered < behind[count].Position, $"covers up to {page.Covered}");
        }
    }

    /// <summary>0 = the latest that the channel has given.</summary>
    private LogPosition PositionOf(int user, int back)
    {
        var (given, head) = (_given[user], _channels[user].Head);
        return back == -1 ? head with { Seq = head.Seq + 1 }
            : back < 0 ? new LogPosition(head.Epoch + 1, 1)
            : given.Count == 0 ? LogPosition.Start
            : given[^((back % given.Count) + 1)];
    }

    private TimeSpan SpanOf(int ticks) => ticks == ChannelStep.Never ? Never : ticks * (store.Time is null ? OwnTick : Tick);
}
