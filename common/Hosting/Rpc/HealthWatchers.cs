namespace Microservices.Hosting.Rpc;

/// <summary>Counts the running Watch calls. Health needs no secret, so strangers could open as many as they like.</summary>
internal sealed class HealthWatchers
{
    public const int Limit = 64;

    private int _running;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _running) <= Limit)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _running);
}
