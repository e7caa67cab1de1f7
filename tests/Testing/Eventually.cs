namespace Microservices.Testing;

/// <summary>Waits for a condition with a deadline, and tells the state when it passes.</summary>
public static class Eventually
{
    /// <summary>How long a condition may take on a busy machine before a test calls it a fault.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Polls <paramref name="condition"/> until it holds.</summary>
    /// <exception cref="TimeoutException">It did not hold before the deadline; the message carries <paramref name="state"/>.</exception>
    public static async Task HoldsAsync(Func<ValueTask<bool>> condition, string what, Func<string>? state = null, TimeSpan? deadline = null)
    {
        var end = Environment.TickCount64 + (long)(deadline ?? DefaultDeadline).TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"Not before the deadline: {what}. State: {state?.Invoke() ?? "not given"}");
            }

            await Task.Delay(10);
        }
    }

    /// <inheritdoc cref="HoldsAsync(Func{ValueTask{bool}}, string, Func{string}, TimeSpan?)"/>
    public static Task HoldsAsync(Func<bool> condition, string what, Func<string>? state = null, TimeSpan? deadline = null) =>
        HoldsAsync(() => ValueTask.FromResult(condition()), what, state, deadline);
}
