using System.Collections.Concurrent;
using System.ComponentModel;

namespace Microservices.Cli.Load.Engine;

/// <summary>
/// One thread that drives thousands of connections. Everything of a connection happens on it, so that nothing here is locked; counters and histograms
/// are the loop's own, and who wants them asks for a copy.
/// </summary>
internal sealed class LoadLoop : IDisposable
{
    /// <summary>How long what a connection has not consumed may get: no frame is longer.</summary>
    public const int MaxHeldBytes = 1024 * 1024;

    /// <summary>How much is read at once.</summary>
    public const int ReadBytes = 64 * 1024;

    private const int MaxWaitMs = 100;
    private const int HeldBackWaitMs = 5;
    private const long NanosecondsPerMs = 1_000_000;
    private const ulong WakeMark = ulong.MaxValue;
    private const int InitialSlots = 64;

    private readonly Epoll _epoll = new();
    private readonly int _wake;
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly List<(LoadPace Pace, Func<bool> Step)> _paced = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private LoadConnection?[] _slots = new LoadConnection?[InitialSlots];
    private int _usedSlots;
    private long _lingerNs;
    private uint _watched;
    private byte[]? _plain;
    private int _isAwake;
    private bool _isStopping;
    private bool _isDisposed;

    /// <param name="name">The thread's name.</param>
    /// <param name="readsStamps">Latencies are taken from stamps in messages.</param>
    public LoadLoop(string name, bool readsStamps = true)
    {
        Counters = new LoadCounters { Since = Now, ReadsStamps = readsStamps };
        _wake = Libc.CreateEvent(0, Libc.EventNonBlocking | Libc.CloseOnExec);
        if (_wake < 0)
        {
            throw new Win32Exception(Libc.LastError, "eventfd");
        }

        _epoll.Add(_wake, Epoll.Readable, WakeMark);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>The clock of the engine, ns.</summary>
    public static long Now => LoadStamp.Now;

    /// <summary>
    /// For how long it goes on looking, when nothing comes any more, before it sleeps; normally not at all. A server on the same machine is not charged
    /// for waking it then, once for each message where the server is the slower one.
    /// </summary>
    public TimeSpan Linger
    {
        set => Volatile.Write(ref _lingerNs, (long)value.TotalNanoseconds);
    }

    /// <summary>Ends with the loop; fails when a bug ended it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What happens on this loop; only its thread may look.</summary>
    public LoadCounters Counters { get; }

    /// <summary>Where what is received goes: room for what a connection holds, then for what is read.</summary>
    internal byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(MaxHeldBytes + ReadBytes, pinned: true);

    /// <summary>The same for what is decrypted.</summary>
    internal byte[] Plain => _plain ??= GC.AllocateUninitializedArray<byte>(MaxHeldBytes + ReadBytes);

    /// <summary>Where frames are built before they are sent.</summary>
    internal LoadScratch Scratch { get; } = new();

    /// <summary>Has something done on the loop's thread, soon. From any thread; nothing happens when the loop has ended.</summary>
    public void Post(Action work)
    {
        _posted.Enqueue(work);
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
        {
            Wake();
        }
    }

    /// <summary>Has something done on the loop's thread and waits for what comes of it.</summary>
    public async Task<TResult> AskAsync<TResult>(Func<TResult> question)
    {
        var answer = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => answer.TrySetResult(question()));
        await Task.WhenAny(answer.Task, Ended);
        if (!answer.Task.IsCompleted)
        {
            await Ended;
            throw new ObjectDisposedException(nameof(LoadLoop));
        }

        return await answer.Task;
    }

    /// <summary>What happened until now.</summary>
    public Task<LoadCounters> SnapshotAsync() => AskAsync(Counters.Copy);

    /// <summary>Does something at a pace, for as long as the loop lives. On the loop's thread.</summary>
    /// <param name="pace">How often.</param>
    /// <param name="step">Does it once; false: not possible now, it is asked again soon.</param>
    public void Add(LoadPace pace, Func<bool> step) => _paced.Add((pace, step));

    /// <summary>Ends the loop and closes its sockets, without goodbye.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            Post(() => _isStopping = true);
            _thread.Join();
            _epoll.Dispose();
            _ = Libc.Close(_wake);
        }
    }

    /// <summary>Watches a socket for a connection, which keeps the mark.</summary>
    internal ulong Watch(LoadConnection connection, int socket, uint events)
    {
        if (!_freeSlots.TryPop(out var slot))
        {
            slot = _usedSlots++;
            if (slot == _slots.Length)
            {
                Array.Resize(ref _slots, _slots.Length * 2);
            }
        }

        // The upper half tells this socket from those that had the slot before, whose events may be in the same batch.
        var mark = ((ulong)++_watched << 32) | (uint)slot;
        _slots[slot] = connection;
        _epoll.Add(socket, events, mark);
        return mark;
    }

    internal void Watch(int socket, uint events, ulong mark) => _epoll.Change(socket, events, mark);

    /// <summary>The socket is closed, or about to be.</summary>
    internal void Forget(ulong mark)
    {
        var slot = (int)(uint)mark;
        _slots[slot] = null;
        _freeSlots.Push(slot);
    }

    private void Run()
    {
        try
        {
            var busyUntil = long.MinValue;
            while (!_isStopping)
            {
                var linger = Volatile.Read(ref _lingerNs);
                var wait = RunPaced();
                var ready = _epoll.Wait(linger > 0 && Now < busyUntil ? 0 : wait);
                Turn(ready);
                busyUntil = ready > 0 && linger > 0 ? Now + linger : busyUntil;
            }

            CloseAll();
            _ended.TrySetResult();
        }
        catch (Exception fault)
        {
            _ended.TrySetException(fault);
        }
    }

    private void Turn(int ready)
    {
        for (var i = 0; i < ready; i++)
        {
            var mark = _epoll.MarkOf(i);
            if (mark == WakeMark)
            {
                RunPosted();
            }
            else if (_slots[(int)(uint)mark] is { } connection && connection.Mark == mark)
            {
                connection.OnReady(_epoll.EventsOf(i));
            }
        }
    }

    // How long to wait for the sockets, ms.
    private int RunPaced()
    {
        long wait = MaxWaitMs;
        for (var i = 0; i < _paced.Count; i++)
        {
            var (pace, step) = _paced[i];
            var due = pace.Due(Now);
            var done = 0;
            while (done < due && step())
            {
                done++;
            }

            pace.Take(done);
            wait = Math.Min(wait, done < due ? HeldBackWaitMs : Milliseconds(pace.UntilNext()));
        }

        return (int)wait;
    }

    private static long Milliseconds(long nanoseconds) => nanoseconds / NanosecondsPerMs + (nanoseconds % NanosecondsPerMs == 0 ? 0 : 1);

    private unsafe void RunPosted()
    {
        ulong ignored;
        _ = Libc.Read(_wake, &ignored, sizeof(ulong));
        // A full fence: whoever posts after the queue was found empty must see that it has to wake.
        Interlocked.Exchange(ref _isAwake, 0);
        while (_posted.TryDequeue(out var work))
        {
            work();
        }
    }

    private unsafe void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(_wake, &one, sizeof(ulong));
    }

    private void CloseAll()
    {
        for (var slot = 0; slot < _usedSlots; slot++)
        {
            _slots[slot]?.Close();
        }
    }
}
