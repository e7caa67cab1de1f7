using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>
/// The one way to Redis, and the only code that sees its connection. Every call ends within the timeout, and every fault is a
/// <see cref="StoreUnavailableException"/>. Connects in the background, for as long as it takes; once connected the connection mends itself.
/// </summary>
internal sealed class RedisClient(IOptions<StoreOptions> options, StoreIdentity identity, RegisterMetrics metrics, TimeProvider time) : BackgroundService
{
    private readonly RedisOptions _options = options.Value.Redis;
    private volatile ConnectionMultiplexer? _connection;
    private int _connections;
    private volatile string _problem = "not connected yet";

    /// <summary>Rises whenever a connection to a server was lost, made or restored.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Runs a script on the server that has its keys; they carry one hash tag.</summary>
    public Task<RedisResult> RunAsync(Script script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken) =>
        CallAsync(script.Name, database => database.ScriptEvaluateAsync(script.Text, keys, values), cancellationToken);

    /// <summary>Makes one call.</summary>
    public async Task<T> CallAsync<T>(string name, Func<IDatabaseAsync, Task<T>> call, CancellationToken cancellationToken)
    {
        var tasks = await PipelineAsync(name, 1, (database, _) => call(database), cancellationToken);
        return Result(tasks[0]);
    }

    /// <summary>Makes <paramref name="count"/> calls without waiting in between. Returns them when all have ended or the time is up: see <see cref="Result"/>.</summary>
    /// <exception cref="StoreUnavailableException">There is no connection.</exception>
    public async Task<Task<T>[]> PipelineAsync<T>(string name, int count, Func<IDatabaseAsync, int, Task<T>> call, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var database = Database();
        var calls = new Task<T>[count];
        for (var i = 0; i < count; i++)
        {
            calls[i] = Send(call, database, i);
        }

        try
        {
            // The client's own timeout isn't hard: under a frozen server calls were seen to take three times as long.
            await Task.WhenAll(calls).WaitAsync(_options.Timeout, time, cancellationToken);
        }
        catch (Exception fault) when (RedisFault.Is(fault) && !cancellationToken.IsCancellationRequested)
        {
            // Said by each call.
        }

        metrics.StoreCall(name, time.GetElapsedTime(started), failed: !Array.TrueForAll(calls, static one => one.IsCompletedSuccessfully));
        return calls;
    }

    /// <summary>The result of a call of a pipeline that has been awaited.</summary>
    /// <exception cref="StoreUnavailableException">It failed, or hasn't ended in time.</exception>
    public T Result<T>(Task<T> call)
    {
        if (call.IsCompletedSuccessfully)
        {
            return call.Result;
        }

        throw call.Exception?.InnerException switch
        {
            null or TimeoutException or TaskCanceledException => Unavailable($"no answer within {_options.Timeout.TotalMilliseconds:0} ms", call.Exception),
            var fault when RedisFault.Is(fault) => Unavailable(RedisFault.Describe(fault), fault),
            var bug => bug,
        };
    }

    /// <summary>The results of those calls of a pipeline that were answered, each with its index: one master of a cluster may be away.</summary>
    /// <exception cref="StoreUnavailableException">None was.</exception>
    public IReadOnlyList<(int Index, T Result)> Answered<T>(Task<T>[] calls)
    {
        (int, T)[] answered = [.. calls.Index().Where(static call => call.Item.IsCompletedSuccessfully).Select(static call => (call.Index, call.Item.Result))];
        if (answered.Length == 0 && calls.Length > 0)
        {
            Result(calls[0]);
        }

        return answered;
    }

    /// <summary>
    /// What identifies the masters of a cluster beside the one that has <paramref name="key"/>: their run ids and replication ids. Empty: it is no
    /// cluster, or one of them doesn't answer. Says nothing of the one that has the key: scripts there see it for themselves.
    /// </summary>
    public async Task<string> RunIdsBesideAsync(RedisKey key, CancellationToken cancellationToken)
    {
        try
        {
            return _connection is { } connection
                ? await ClusterMasters.RunIdsBesideAsync(connection, key).WaitAsync(_options.Timeout, time, cancellationToken)
                : "";
        }
        catch (Exception fault) when (RedisFault.Is(fault) && !cancellationToken.IsCancellationRequested)
        {
            return "";
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_connection is { } connection)
        {
            await connection.DisposeAsync();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!await TryConnectAsync())
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private static Task<T> Send<T>(Func<IDatabaseAsync, int, Task<T>> call, IDatabaseAsync database, int i)
    {
        try
        {
            return call(database, i);
        }
        catch (Exception fault) when (RedisFault.Is(fault))
        {
            return Task.FromException<T>(fault);
        }
    }

    private IDatabaseAsync Database() => (_connection ?? throw Unavailable(_problem)).GetDatabase();

    private StoreUnavailableException Unavailable(string why, Exception? fault = null) => new($"redis at {identity.Where}", why, fault);

    /// <summary>A fresh attempt each time: what a connection learns of a cluster while nobody is there isn't worth keeping.</summary>
    private async Task<bool> TryConnectAsync()
    {
        try
        {
            var settings = RedisSettings.Parse(_options);

            // Only here, and only for its words: a fault of a later reconnection is said by the calls.
            settings.AbortOnConnectFail = true;
            var connection = await ConnectionMultiplexer.ConnectAsync(settings);
            connection.ConnectionFailed += (_, _) => Interlocked.Increment(ref _connections);
            connection.ConnectionRestored += (_, _) => Interlocked.Increment(ref _connections);
            Interlocked.Increment(ref _connections);
            _connection = connection;
            return true;
        }
        catch (Exception fault) when (RedisFault.Is(fault))
        {
            _problem = RedisFault.Describe(fault);
        }
        catch (Exception fault) when (fault is ArgumentException or UnauthorizedAccessException)
        {
            // Somebody is changing the file.
            _problem = "its configuration is unreadable";
        }

        return false;
    }
}
