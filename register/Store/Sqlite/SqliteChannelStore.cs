using Microservices.Contracts.Register;
using Microservices.Register.Store.Memory;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Store.Sqlite;

/// <summary>Channels of one register on its own, in a file that outlives it. Sessions are those in memory.</summary>
internal sealed class SqliteChannelStore(
    IOptions<StoreOptions> options, MemorySessionStore sessions, TimeProvider time, ILogger<SqliteChannelStore> logger) : IChannelStore, IHostedService, IDisposable
{
    // A disk that takes longer than this for a batch doesn't answer.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly string _file = Path.GetFullPath(options.Value.Channels.File ?? "");
    private SqliteWriter? _writer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _writer = new SqliteWriter(_file, sessions, time, logger);
        }
        catch (SqliteFileException fault)
        {
            throw new OptionsValidationException("", typeof(StoreOptions), [$"Store:Channels:File: {fault.Message}"]);
        }

        Log.Opened(logger, _file);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _writer?.StopAsync() ?? Task.CompletedTask;

    public void Dispose() => _writer?.Dispose();

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Append> appends, CancellationToken cancellationToken)
    {
        var outcomes = await EachAsync(appends, (steps, append) => steps.Append(append, time.Micros()), AppendOutcome.Unavailable, cancellationToken);

        // First on the disk, then the look for sessions: who comes in between reads it.
        return [.. outcomes.Select((outcome, i) => outcome.State is AppendState.Appended or AppendState.Repeated && appends[i].User.Length > 0
            ? outcome with { Sessions = sessions.StoredOf(appends[i].App, appends[i].User) }
            : outcome)];
    }

    public Task<IReadOnlyList<Opened?>> OpenAsync(IReadOnlyList<Opening> readers, PageLimits limits, CancellationToken cancellationToken) =>
        EachAsync<Opening, Opened?>(readers, (steps, opening) => steps.Open(opening, limits, time.Micros()), null, cancellationToken);

    public Task<IReadOnlyList<LogPage?>> ReadAsync(IReadOnlyList<LogRead> reads, PageLimits limits, CancellationToken cancellationToken) =>
        EachAsync<LogRead, LogPage?>(reads, (steps, read) => steps.Read(read, limits, time.Micros()), null, cancellationToken);

    public Task<IReadOnlyList<AckOutcome>> AckAsync(IReadOnlyList<Acknowledgement> acks, CancellationToken cancellationToken) =>
        EachAsync(acks, (steps, ack) => steps.Ack(ack, time.Micros()), AckOutcome.Unavailable, cancellationToken);

    public async Task<IReadOnlyDictionary<string, LogPosition>> HeadsAsync(CancellationToken cancellationToken) =>
        await RunAsync(static steps => steps.Heads(), cancellationToken);

    public Task<IReadOnlyList<DueInbox>> TakeDueAsync(int partition, int limit, TimeSpan again, CancellationToken cancellationToken) =>
        RunAsync(steps => steps.TakeDue(partition, limit, again, time.Micros()), cancellationToken);

    public Task<StoredInbox> InspectAsync(string app, string user, CancellationToken cancellationToken) =>
        RunAsync(steps => steps.Inspect(app, user, time.Micros()), cancellationToken);

    public Task<DeadLetterPage> DeadLettersAsync(string app, string? user, DeadLetterCursor after, int limit, CancellationToken cancellationToken) =>
        RunAsync(steps => steps.DeadLetters(app, user, after, limit), cancellationToken);

    public Task<LedgerCounts> LedgerAsync(string app, int partition, bool measure, CancellationToken cancellationToken) =>
        RunAsync(steps => steps.Ledger(app, partition, measure), cancellationToken);

    /// <summary>A batch, in one transaction.</summary>
    private async Task<IReadOnlyList<TOutcome>> EachAsync<TItem, TOutcome>(
        IReadOnlyList<TItem> items, Func<ChannelSteps, TItem, TOutcome> step, TOutcome unavailable, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(steps => items.Select(item => step(steps, item)).ToArray(), cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return [.. Enumerable.Repeat(unavailable, items.Count)];
        }
    }

    private async Task<T> RunAsync<T>(Func<ChannelSteps, T> run, CancellationToken cancellationToken)
    {
        try
        {
            return await (_writer ?? throw new StoreUnavailableException(_file, "it is not open.")).RunAsync(run, cancellationToken).WaitAsync(Timeout, time, cancellationToken);
        }
        catch (TimeoutException fault)
        {
            throw new StoreUnavailableException(_file, $"it did not answer within {Timeout}.", fault);
        }
    }
}
