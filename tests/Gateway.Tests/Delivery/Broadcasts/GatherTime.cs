using Microservices.Gateway.Delivery.Broadcasts;

namespace Microservices.Gateway.Tests.Delivery.Broadcasts;

/// <summary>The system's time, but for the gathering of broadcasts: that lasts until the test says that they leave.</summary>
internal sealed class GatherTime : TimeProvider
{
    private readonly Lock _sync = new();
    private readonly Queue<Action> _due = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        state is FanOutPass ? new Gathering(this, () => callback(state)) : base.CreateTimer(callback, state, dueTime, period);

    /// <summary>What has gathered leaves.</summary>
    /// <returns>False: nothing has.</returns>
    public bool Leave()
    {
        Action? leave;
        lock (_sync)
        {
            _due.TryDequeue(out leave);
        }

        leave?.Invoke();
        return leave is not null;
    }

    private sealed class Gathering(GatherTime time, Action leave) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._sync)
            {
                time._due.Enqueue(leave);
            }

            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
