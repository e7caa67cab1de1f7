namespace Microservices.Client;

/// <summary>Refuses bad options by name, value and limit.</summary>
internal static class Check
{
    // The longest that a timer of .NET takes.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    public static void Positive(TimeSpan value, string name) =>
        That(value > TimeSpan.Zero && value <= Longest, name, $"{value}; it takes more than 0 and at most {Longest}");

    public static void That(bool condition, string name, string fault)
    {
        if (!condition)
        {
            throw new ArgumentException($"{name} is {fault}.", name);
        }
    }
}
