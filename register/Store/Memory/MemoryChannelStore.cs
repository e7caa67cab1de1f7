using System.Collections.Concurrent;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store.Memory.Channels;

namespace Microservices.Register.Store.Memory;

/// <summary>Channels of one register on its own. No log loses entries while the process lives, so the epoch of each stays that with which it began.</summary>
internal sealed class MemoryChannelStore(MemorySessionStore sessions, TimeProvider time) : IChannelStore
{
    private readonly ChannelPartition[] _partitions =
        [.. Enumerable.Range(0, Partition.Count).Select(number => new ChannelPartition(number, sessions))];

    private readonly ConcurrentDictionary<string, AllChannel> _all = new();

    public Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Append> appends, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AppendOutcome>>([.. appends.Select(append => append.User.Length == 0
            ? _all.GetOrAdd(append.App, static _ => new AllChannel()).Append(append, time.Micros())
            : PartitionOf(append.App, append.User).Append(append, time.Micros()))]);

    public Task<IReadOnlyList<Opened?>> OpenAsync(IReadOnlyList<Opening> readers, PageLimits limits, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Opened?>>(
            [.. readers.Select(opening => PartitionOf(opening.Reader.App, opening.Reader.User).Open(opening, limits, time.Micros()))]);

    public Task<IReadOnlyList<LogPage?>> ReadAsync(IReadOnlyList<LogRead> reads, PageLimits limits, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LogPage?>>([.. reads.Select(read => read.User.Length == 0
            ? ReadAll(read, limits)
            : PartitionOf(read.App, read.User).Read(read, limits, time.Micros()))]);

    public Task<IReadOnlyList<AckOutcome>> AckAsync(IReadOnlyList<Acknowledgement> acks, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AckOutcome>>([.. acks.Select(ack => PartitionOf(ack.Reader.App, ack.Reader.User).Ack(ack, time.Micros()))]);

    public Task<IReadOnlyDictionary<string, LogPosition>> HeadsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, LogPosition>>(
            _all.Select(static entry => (entry.Key, entry.Value.Head)).Where(static entry => entry.Head != LogPosition.Start).ToDictionary());

    public Task<IReadOnlyList<DueInbox>> TakeDueAsync(int partition, int limit, TimeSpan again, CancellationToken cancellationToken) =>
        Task.FromResult(_partitions[partition].TakeDue(limit, again, time.Micros()));

    public Task<StoredInbox> InspectAsync(string app, string user, CancellationToken cancellationToken) =>
        Task.FromResult(PartitionOf(app, user).Inspect(app, user, time.Micros()));

    public Task<DeadLetterPage> DeadLettersAsync(string app, string? user, DeadLetterCursor after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult((user is null ? _partitions[after.Partition] : PartitionOf(app, user)).DeadLetters(app, user, after, limit));

    public Task<LedgerCounts> LedgerAsync(string app, int partition, bool measure, CancellationToken cancellationToken) =>
        Task.FromResult(_partitions[partition].Ledger(app, measure));

    private LogPage ReadAll(LogRead read, PageLimits limits) => _all.TryGetValue(read.App, out var all)
        ? all.Read(read.After, limits, time.Micros())
        : new LogPage([], read.After, read.After, LogPosition.Start);

    private ChannelPartition PartitionOf(string app, string user) => _partitions[Partition.Of(app, user)];
}
