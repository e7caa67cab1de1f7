using System.Collections.Concurrent;
using System.Diagnostics;
using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.Support;

/// <summary>Eight users who send up one message after the other, and one center that pushes to a room.</summary>
internal sealed class Load : IDisposable
{
    /// <summary>Far more than the publish timeout, far less than for ever.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<(string User, ulong Counter)> _accepted = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _unavailable;
    private long _longestTicks;

    public Load(IBus bus, int bytes = 100) => _running = Task.WhenAll(
        [.. Enumerable.Range(0, 8).Select(user => Task.Run(() => SendUpAsync(bus, $"user{user}", bytes))), Task.Run(() => PushAsync(bus))]);

    public ConcurrentQueue<(string User, ulong Counter)> Accepted => _accepted;

    public int Unavailable => _unavailable;

    public TimeSpan Longest => TimeSpan.FromTicks(_longestTicks);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Hang);
    }

    public override string ToString() => $"{_accepted.Count} accepted, {_unavailable} unavailable, longest {Longest}";

    public void Dispose() => _stop.Cancel();

    private async Task SendUpAsync(IBus bus, string user, int bytes)
    {
        for (var counter = 1; !_stop.IsCancellationRequested;)
        {
            // Some at once, so that the frozen broker's socket fills up.
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MeasureAsync(bus.PublishUplinkAsync(Uplink(user, counter++, bytes), default))));
            var first = counter - outcomes.Length;
            for (var i = 0; i < outcomes.Length; i++)
            {
                if (outcomes[i] == PublishOutcome.Accepted)
                {
                    _accepted.Enqueue((user, (ulong)(first + i)));
                }
            }
        }
    }

    private async Task PushAsync(IBus bus)
    {
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            await MeasureAsync(bus.PublishToRoomAsync(1, Room(number), default));
        }
    }

    private async Task<PublishOutcome> MeasureAsync(ValueTask<PublishOutcome> publish)
    {
        var clock = Stopwatch.StartNew();
        var outcome = await publish;
        if (outcome == PublishOutcome.Unavailable)
        {
            Interlocked.Increment(ref _unavailable);
        }

        long longest;
        while (clock.Elapsed.Ticks > (longest = Volatile.Read(ref _longestTicks)))
        {
            Interlocked.CompareExchange(ref _longestTicks, clock.Elapsed.Ticks, longest);
        }

        return outcome;
    }
}
