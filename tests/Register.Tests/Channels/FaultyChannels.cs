using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Channels;

/// <summary>Channels of which one partition, or that of the channels "all", doesn't answer.</summary>
internal sealed class FaultyChannels(IChannelStore inner) : IChannelStore
{
    public int AwayPartition { get; set; } = -1;

    public bool HeadsAway { get; set; }

    /// <summary>What ledgers say, where it isn't the truth.</summary>
    public Func<bool, LedgerCounts>? Ledger { get; set; }

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Append> appends, CancellationToken cancellationToken)
    {
        var outcomes = await inner.AppendAsync(appends, cancellationToken);
        return [.. outcomes.Select((outcome, i) => IsAway(appends[i].App, appends[i].User) ? AppendOutcome.Unavailable : outcome)];
    }

    public async Task<IReadOnlyList<Opened?>> OpenAsync(IReadOnlyList<Opening> readers, PageLimits limits, CancellationToken cancellationToken)
    {
        var opened = await inner.OpenAsync(readers, limits, cancellationToken);
        return [.. opened.Select((one, i) => IsAway(readers[i].Reader.App, readers[i].Reader.User) ? null : one)];
    }

    public async Task<IReadOnlyList<LogPage?>> ReadAsync(IReadOnlyList<LogRead> reads, PageLimits limits, CancellationToken cancellationToken)
    {
        var pages = await inner.ReadAsync(reads, limits, cancellationToken);
        return [.. pages.Select((page, i) => IsAway(reads[i].App, reads[i].User) ? null : page)];
    }

    public async Task<IReadOnlyList<AckOutcome>> AckAsync(IReadOnlyList<Acknowledgement> acks, CancellationToken cancellationToken)
    {
        var outcomes = await inner.AckAsync(acks, cancellationToken);
        return [.. outcomes.Select((outcome, i) => IsAway(acks[i].Reader.App, acks[i].Reader.User) ? AckOutcome.Unavailable : outcome)];
    }

    public Task<IReadOnlyDictionary<string, LogPosition>> HeadsAsync(CancellationToken cancellationToken) =>
        HeadsAway ? throw Away() : inner.HeadsAsync(cancellationToken);

    public Task<IReadOnlyList<DueInbox>> TakeDueAsync(int partition, int limit, TimeSpan again, CancellationToken cancellationToken) =>
        partition == AwayPartition ? throw Away() : inner.TakeDueAsync(partition, limit, again, cancellationToken);

    public Task<StoredInbox> InspectAsync(string app, string user, CancellationToken cancellationToken) =>
        IsAway(app, user) ? throw Away() : inner.InspectAsync(app, user, cancellationToken);

    public Task<DeadLetterPage> DeadLettersAsync(string app, string? user, DeadLetterCursor after, int limit, CancellationToken cancellationToken) =>
        inner.DeadLettersAsync(app, user, after, limit, cancellationToken);

    public Task<LedgerCounts> LedgerAsync(string app, int partition, bool measure, CancellationToken cancellationToken) =>
        partition == AwayPartition ? throw Away()
        : Ledger is { } ledger ? Task.FromResult(ledger(measure))
        : inner.LedgerAsync(app, partition, measure, cancellationToken);

    private static StoreUnavailableException Away() => new("part of the store", "away");

    private bool IsAway(string app, string user) => user.Length > 0 && Partition.Of(app, user) == AwayPartition;
}
