using System.Collections.Concurrent;
using Microservices.Register.Store.Memory;
using Microsoft.Data.Sqlite;

namespace Microservices.Register.Store.Sqlite;

/// <summary>
/// The one thread that reads and writes the file. What waits goes into one transaction, so that many calls share a flush of the disk; a call is answered when its
/// transaction is on the disk.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int MaxWaiting = 10_000;
    private const int MaxBatch = 256;

    private readonly string _file;
    private readonly ILogger _logger;
    private readonly BlockingCollection<StoreWork> _waiting = new(MaxWaiting);
    private readonly SqliteConnection _connection;
    private readonly Statements _statements;
    private readonly ChannelSteps _steps;
    private readonly Task _run;
    private bool _isComplete;

    /// <exception cref="SqliteFileException">The file can't be used.</exception>
    public SqliteWriter(string file, MemorySessionStore sessions, TimeProvider time, ILogger logger)
    {
        _file = file;
        _logger = logger;
        _connection = SqliteFile.Open(file);
        _statements = new Statements(_connection);
        _steps = new ChannelSteps(_statements, sessions);
        try
        {
            _steps.Start(time.Micros());
        }
        catch (SqliteException fault)
        {
            Close();
            throw new SqliteFileException(file, SqliteFile.Explain(fault), fault);
        }

        _run = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <exception cref="StoreUnavailableException">The file can't be read or written, or too many calls wait for it; the task has it.</exception>
    public Task<T> RunAsync<T>(Func<ChannelSteps, T> run, CancellationToken cancellationToken)
    {
        var work = new StoreWork<T>(run);
        try
        {
            if (!_waiting.TryAdd(work))
            {
                work.Fail(new StoreUnavailableException(_file, $"{MaxWaiting} calls wait for it."));
            }
        }
        catch (InvalidOperationException)
        {
            work.Fail(new StoreUnavailableException(_file, "it is closed."));
        }

        return work.Completion.WaitAsync(cancellationToken);
    }

    /// <summary>Takes no more; its thread closes the file when what waits is done.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _isComplete, true))
        {
            _waiting.CompleteAdding();
        }
    }

    public Task StopAsync()
    {
        Dispose();
        return _run;
    }

    private void Run()
    {
        List<StoreWork> batch = [];
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < MaxBatch && _waiting.TryTake(out var next))
            {
                batch.Add(next);
            }

            if (!TryCommit(batch, isLast: batch.Count == 1))
            {
                batch.ForEach(work => TryCommit([work], isLast: true));
            }

            batch.Clear();
        }

        Close();
    }

    // One call that fails must not fail those that happened to wait with it: they are tried once more, each on its own.
    private bool TryCommit(List<StoreWork> works, bool isLast)
    {
        try
        {
            _statements.Run("BEGIN IMMEDIATE");
            works.ForEach(work => work.Run(_steps));
            _statements.Run("COMMIT");
        }
        catch (Exception fault)
        {
            Undo();
            if (isLast)
            {
                Log.StepFailed(_logger, fault, _file);
                works.ForEach(work => work.Fail(fault is SqliteException ? new StoreUnavailableException(_file, SqliteFile.Explain(fault), fault) : fault));
            }

            return false;
        }

        works.ForEach(static work => work.Complete());
        return true;
    }

    private void Undo()
    {
        try
        {
            _statements.Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has undone it itself, as it does when the disk is full.
        }
    }

    private void Close()
    {
        _waiting.Dispose();
        _statements.Dispose();
        _connection.Dispose();
    }
}
