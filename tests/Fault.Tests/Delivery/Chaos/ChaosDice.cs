namespace Microservices.Fault.Tests.Delivery.Chaos;

internal enum Fate
{
    Pass,
    Drop,

    /// <summary>Now, and once more later.</summary>
    Repeat,

    /// <summary>Later: what follows overtakes it.</summary>
    Hold,
}

/// <summary>Decides by a seed what becomes of each message, and counts it.</summary>
internal sealed class ChaosDice(int seed)
{
    private const int LongestHoldMs = 200;

    private readonly Lock _sync = new();
    private readonly Random _random = new(seed);
    private readonly int[] _counts = new int[4];

    public (Fate Fate, TimeSpan Later) Roll()
    {
        lock (_sync)
        {
            var fate = _random.Next(10) switch
            {
                0 => Fate.Drop,
                1 => Fate.Repeat,
                2 or 3 => Fate.Hold,
                _ => Fate.Pass,
            };
            _counts[(int)fate]++;
            return (fate, TimeSpan.FromMilliseconds(_random.Next(LongestHoldMs)));
        }
    }

    public int Count(Fate fate)
    {
        lock (_sync)
        {
            return _counts[(int)fate];
        }
    }

    public override string ToString() =>
        $"the bus passed {Count(Fate.Pass)}, dropped {Count(Fate.Drop)}, repeated {Count(Fate.Repeat)}, held back {Count(Fate.Hold)} (seed {seed})";
}
