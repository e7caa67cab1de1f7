using System.Collections.Concurrent;
using System.Globalization;
using Microservices.Contracts.Register;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>
/// Logs as streams whose entry ids are positions, cursors and what is counted beside them, the sessions of their users in the same slot. One script call per
/// partition of a batch, all partitions at once; each does a bounded work, and what is left is done by the next.
/// </summary>
internal sealed class RedisChannelStore(RedisClient redis) : IChannelStore
{
    private const int MaxTrimCalls = 1_000;
    private readonly ChannelCalls _calls = new(redis);

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Append> appends, CancellationToken cancellationToken)
    {
        var outcomes = new AppendOutcome[appends.Count];
        Array.Fill(outcomes, AppendOutcome.Unavailable);
        await _calls.RunEachAsync(
            Script.ChannelsAppend,
            appends,
            static append => (append.App, append.User),
            [],
            static append =>
            [
                ChannelCalls.MemberOf(append.App, append.User),
                append.MessageId,
                append.Content,
                SessionMember.Escape(append.Key),
                Convert.ToHexStringLower(append.Digest.Span),
                Milliseconds(append.TimeToLive),
                append.Rules.MaxMessages,
                append.Rules.MaxBytes,
                Milliseconds(append.Rules.AckTimeout),
                Milliseconds(append.Rules.KeyWindow),
            ],
            (i, answer, k) => outcomes[i] = ReadOutcome(appends[i], answer[1][k], answer[2]),
            cancellationToken);
        return outcomes;
    }

    public async Task<IReadOnlyList<Opened?>> OpenAsync(IReadOnlyList<Opening> readers, PageLimits limits, CancellationToken cancellationToken)
    {
        var opened = new Opened?[readers.Count];
        ConcurrentQueue<Reader> untrimmed = [];
        await _calls.RunEachAsync(
            Script.ChannelsOpen,
            readers,
            static opening => (opening.Reader.App, opening.Reader.User),
            [limits.MaxMessages, limits.MaxBytes],
            static opening =>
            [
                SessionMember.OfUser(opening.Reader.App, opening.Reader.User),
                ChannelRecords.FieldOf(opening.Reader),
                ChannelRecords.Write(opening.AllHead),
                opening.IsAttempt ? 1 : 0,
                opening.MaxAttempts,
                Milliseconds(opening.MinDeadAge),
            ],
            (i, answer, k) =>
            {
                var one = answer[1][k];
                opened[i] = new Opened(ChannelRecords.ReadPage(one[1]), ChannelRecords.ReadPosition((string)one[0]!), GaveUp: (int)one[3] == 1);
                if ((int)one[2] == 1)
                {
                    untrimmed.Enqueue(readers[i].Reader);
                }
            },
            cancellationToken);
        await TrimAsync(untrimmed, cancellationToken);
        return opened;
    }

    public async Task<IReadOnlyList<LogPage?>> ReadAsync(IReadOnlyList<LogRead> reads, PageLimits limits, CancellationToken cancellationToken)
    {
        var pages = new LogPage?[reads.Count];
        await _calls.RunEachAsync(
            Script.ChannelsRead,
            reads,
            static read => (read.App, read.User),
            [limits.MaxMessages, limits.MaxBytes],
            static read => [ChannelCalls.MemberOf(read.App, read.User), ChannelRecords.Write(read.After)],
            (i, answer, k) => pages[i] = ChannelRecords.ReadPage(answer[1][k]),
            cancellationToken);
        return pages;
    }

    public async Task<IReadOnlyList<AckOutcome>> AckAsync(IReadOnlyList<Acknowledgement> acks, CancellationToken cancellationToken)
    {
        var outcomes = new AckOutcome[acks.Count];
        Array.Fill(outcomes, AckOutcome.Unavailable);
        ConcurrentQueue<Reader> untrimmed = [];
        await _calls.RunEachAsync(
            Script.ChannelsAck,
            acks,
            static ack => (ack.Reader.App, ack.Reader.User),
            [],
            static ack => AckArguments(ack.Reader, ack.All ? "a" : "i", ack.Position),
            (i, answer, k) =>
            {
                outcomes[i] = (AckOutcome)(int)answer[1][k][0];
                if ((int)answer[1][k][1] == 1)
                {
                    untrimmed.Enqueue(acks[i].Reader);
                }
            },
            cancellationToken);
        await TrimAsync(untrimmed, cancellationToken);
        return outcomes;
    }

    public async Task<IReadOnlyDictionary<string, LogPosition>> HeadsAsync(CancellationToken cancellationToken)
    {
        var heads = await redis.CallAsync("channels_heads", static database => database.HashGetAllAsync(Keys.Heads), cancellationToken);
        return heads.ToDictionary(static head => SessionMember.Unescape(head.Name!), static head => ChannelRecords.ReadPosition(head.Value!, ' '), StringComparer.Ordinal);
    }

    public async Task<IReadOnlyList<DueInbox>> TakeDueAsync(int partition, int limit, TimeSpan again, CancellationToken cancellationToken)
    {
        List<DueInbox> taken = [];
        for (var (left, isMore, calls) = (limit, true, 0); left > 0 && isMore && calls < MaxTrimCalls; calls++)
        {
            var answer = await _calls.RunAsync(Script.ChannelsTakeDue, Keys.Front(partition), [left, Milliseconds(again)], cancellationToken);
            left -= (int)answer[0];
            isMore = (int)answer[1] == 1;
            for (var i = 0; i < answer[2].Length; i++)
            {
                var one = answer[2][i];
                if (SessionMember.ParseUser((string)one[0]!) is var (app, user))
                {
                    taken.Add(new DueInbox(app, user, ChannelRecords.ReadPosition((string)one[1]!), ChannelRecords.ReadSessions(app, user, one[2])));
                }
            }
        }

        return taken;
    }

    public async Task<StoredInbox> InspectAsync(string app, string user, CancellationToken cancellationToken)
    {
        var answer = (RedisValue[])(await _calls.RunAsync(
            Script.ChannelsInspect, ChannelCalls.FrontOf(app, user), [ChannelCalls.MemberOf(app, user)], cancellationToken))!;
        List<StoredReader> readers = [];
        for (var i = 3; i < answer.Length; i += 4)
        {
            readers.Add(new StoredReader(
                SessionMember.ReaderOf(answer[i]!), ChannelRecords.ReadPosition(answer[i + 1]!), (long)answer[i + 2], (int)answer[i + 3]));
        }

        return new StoredInbox(
            ChannelRecords.ReadPosition(answer[0]!), (int)answer[1], (long)answer[2], [.. readers.OrderBy(static reader => reader.Device, StringComparer.Ordinal)]);
    }

    public async Task<DeadLetterPage> DeadLettersAsync(string app, string? user, DeadLetterCursor after, int limit, CancellationToken cancellationToken)
    {
        var partition = user is null ? after.Partition : Contracts.Partition.Of(app, user);
        var from = after.User.Length == 0 ? SessionMember.FirstOfApp(app) : SessionMember.OfUser(app, after.User);
        var answer = await _calls.RunAsync(
            Script.ChannelsDead,
            Keys.Front(partition),
            [
                user is null ? "" : SessionMember.OfUser(app, user),
                ChannelRecords.Write(after.Position),
                "[" + from,
                "(" + SessionMember.AfterApp(app),
                limit,
            ],
            cancellationToken);
        List<StoredDeadLetter> letters = [];
        var next = DeadLetterCursor.Start;
        for (var i = 1; i < answer.Length; i++)
        {
            var letter = (RedisValue[])answer[i]!;
            var owner = SessionMember.ParseUser(letter[0]!)?.User ?? "";
            next = new DeadLetterCursor(partition, owner, ChannelRecords.ReadPosition(letter[1]!));
            letters.Add(new StoredDeadLetter(
                owner,
                SessionMember.ReaderOf(letter[6]!),
                ChannelRecords.ReadEntry(letter.AsSpan(2, 4)),
                (uint)letter[7],
                (int)letter[8],
                (long)next.Position.Epoch));
        }

        return new DeadLetterPage(letters, (int)answer[0] == 1 ? next : null);
    }

    public async Task<LedgerCounts> LedgerAsync(string app, int partition, bool measure, CancellationToken cancellationToken)
    {
        RedisValue[]? counters = null;
        var measured = 0L;
        for (var rank = measure ? 0 : -1; counters is null || rank >= 0;)
        {
            var answer = await _calls.RunAsync(Script.ChannelsLedger, Keys.Front(partition), [SessionMember.Escape(app), rank], cancellationToken);
            counters ??= (RedisValue[])answer[0]!;
            measured += (long)answer[1];
            rank = (int)answer[2];
        }

        return new LedgerCounts(
            (long)counters[0], (long)counters[1], (long)counters[2], (long)counters[3], (long)counters[4], measure ? measured : null);
    }

    /// <summary>Goes on where a call has trimmed enough. Should it fail, the next acknowledgement does, or the inbox when it is due.</summary>
    private async Task TrimAsync(IEnumerable<Reader> readers, CancellationToken cancellationToken)
    {
        var left = readers.Distinct().ToArray();
        for (var calls = 0; left.Length > 0 && calls < MaxTrimCalls; calls++)
        {
            ConcurrentQueue<Reader> more = [];
            await _calls.RunEachAsync(
                Script.ChannelsAck,
                left,
                static reader => (reader.App, reader.User),
                [],
                static reader => AckArguments(reader, "t", LogPosition.Start),
                (i, answer, k) =>
                {
                    if ((int)answer[1][k][1] == 1)
                    {
                        more.Enqueue(left[i]);
                    }
                },
                cancellationToken);
            left = [.. more];
        }
    }

    private static RedisValue[] AckArguments(Reader reader, string which, LogPosition position) =>
        [SessionMember.OfUser(reader.App, reader.User), ChannelRecords.FieldOf(reader), which, ChannelRecords.Write(position)];

    private static AppendOutcome ReadOutcome(Append append, RedisResult one, RedisResult users)
    {
        var sessions = one.Length > 5 ? ChannelRecords.ReadSessions(append.App, append.User, users[(int)one[5] - 1]) : [];
        return new AppendOutcome(
            (AppendState)(int)one[0], ChannelRecords.ReadPosition((string)one[1]!), (long)one[2], (string)one[3]!, (int)one[4] == 1, sessions);
    }

    private static RedisValue Milliseconds(TimeSpan span) =>
        Math.Ceiling(span.TotalMilliseconds).ToString("0", CultureInfo.InvariantCulture);
}
