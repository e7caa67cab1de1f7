using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

/// <summary>Runs pipe callbacks on its own threads; a long queue spills over to the thread pool.</summary>
public sealed class DedicatedThreadPoolPipeScheduler : PipeScheduler, IDisposable
{
    private readonly Queue<(Action<object?> Action, object? State)> _queue = new();
    private readonly string _name;
    private readonly ThreadPriority _priority;
    private readonly int _spillAt;
    private int _started;
    private int _idle;
    private long _byQueue;
    private long _byPool;
    private bool _stopped;

    public DedicatedThreadPoolPipeScheduler(
        string? name = null, int workerCount = 5, int useThreadPoolQueueLength = 10, ThreadPriority priority = ThreadPriority.Normal)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workerCount);
        _name = string.IsNullOrWhiteSpace(name) ? nameof(DedicatedThreadPoolPipeScheduler) : name;
        WorkerCount = workerCount;
        _spillAt = useThreadPoolQueueLength;
        _priority = priority;
    }

    public int WorkerCount { get; }

    public int AvailableCount
    {
        get
        {
            lock (_queue)
            {
                return WorkerCount - _started + _idle;
            }
        }
    }

    public long TotalServicedByQueue => Volatile.Read(ref _byQueue);
    public long TotalServicedByPool => Volatile.Read(ref _byPool);

    public override void Schedule(Action<object?> action, object? state)
    {
        lock (_queue)
        {
            if (!_stopped && _queue.Count < _spillAt)
            {
                _queue.Enqueue((action, state));
                if (_idle >= _queue.Count)
                {
                    Monitor.Pulse(_queue);
                }
                else if (_started < WorkerCount)
                {
                    Start();
                }

                return;
            }
        }

        Interlocked.Increment(ref _byPool);
        PipeScheduler.ThreadPool.Schedule(action, state);
    }

    private void Start()
    {
        _started++;
        new Thread(Work) { IsBackground = true, Name = $"{_name} #{_started}", Priority = _priority }.Start();
    }

    private void Work()
    {
        while (true)
        {
            (Action<object?> Action, object? State) item;
            lock (_queue)
            {
                while (!_queue.TryDequeue(out item))
                {
                    if (_stopped)
                    {
                        return;
                    }

                    _idle++;
                    Monitor.Wait(_queue);
                    _idle--;
                }

                _byQueue++;
            }

            try
            {
                item.Action(item.State);
            }
            catch (Exception fault)
            {
                // A thread must not die of one callback; the pipe that owns it has its own way to fail.
                System.Diagnostics.Debug.WriteLine(fault);
            }
        }
    }

    public void Dispose()
    {
        lock (_queue)
        {
            _stopped = true;
            Monitor.PulseAll(_queue);
        }
    }
}
