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

    // Then it is time to answer.
    private static readonly TimeSpan MaxTransaction = TimeSpan.FromMilliseconds(50);

    private readonly string _file;
    private readonly TimeProvider _time;
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
        _time = time;
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
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            List<StoreWork> works = [first];
            if (!TryCommit(works, takesMore: true))
            {
                // One call that fails must not fail those that happened to wait with it: each once more, on its own.
                works.ForEach(work => TryCommit([work], takesMore: false));
            }
        }

        Close();
    }

    /// <summary>False: undone, and to be tried one by one.</summary>
    private bool TryCommit(List<StoreWork> works, bool takesMore)
    {
        try
        {
            Step(works, takesMore);
        }
        catch (Exception fault)
        {
            Undo();
            if (works is not [var only])
            {
                return false;
            }

            Log.StepFailed(_logger, fault, _file);
            only.Fail(fault is SqliteException ? new StoreUnavailableException(_file, SqliteFile.Explain(fault), fault) : fault);
            return true;
        }

        works.ForEach(static work => work.Complete());
        return true;
    }

    private void Step(List<StoreWork> works, bool takesMore)
    {
        var began = _time.GetTimestamp();
        _statements.Run("BEGIN IMMEDIATE");
        works[0].Run(_steps);
        while (takesMore && works.Count < MaxBatch && _time.GetElapsedTime(began) < MaxTransaction && _waiting.TryTake(out var next))
        {
            works.Add(next);
            next.Run(_steps);
        }

        _statements.Run("COMMIT");
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
