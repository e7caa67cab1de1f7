namespace Microservices.Gateway.Connections;

/// <summary>So many error frames a second: a client that floods is not answered in kind.</summary>
internal struct ErrorBudget
{
    private const long WindowMs = 1000;

    private long _windowMs;
    private int _spent;

    public bool TrySpend(long nowMs, int perSecond)
    {
        if (nowMs - _windowMs >= WindowMs)
        {
            _windowMs = nowMs;
            _spent = 0;
        }

        return _spent++ < perSecond;
    }
}
