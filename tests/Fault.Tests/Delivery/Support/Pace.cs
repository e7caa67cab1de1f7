namespace Microservices.Fault.Tests.Delivery.Support;

/// <summary>Hands out a number of messages at a rate.</summary>
internal sealed class Pace(int messages, int rate)
{
    private readonly Lock _sync = new();
    private readonly long _began = Environment.TickCount64;
    private int _taken;

    /// <summary>Waits for the turn of as many as are wanted, or of what is left. 0: all are taken.</summary>
    public async ValueTask<int> TakeAsync(int wanted)
    {
        int count;
        long due;
        lock (_sync)
        {
            count = Math.Min(wanted, messages - _taken);
            due = _began + ((long)_taken * 1_000 / rate);
            _taken += count;
        }

        if (due > Environment.TickCount64)
        {
            await Task.Delay((int)(due - Environment.TickCount64));
        }

        return count;
    }
}
