using System.Globalization;

namespace Microservices.Fault.Tests.Support;

/// <summary>How large and how often: by environment variables (CONTRIBUTING.md). The defaults fit two cores.</summary>
internal static class FaultSizes
{
    /// <summary>Sessions of the gateway that is killed.</summary>
    public static int Sessions { get; } = Read("FAULT_SESSIONS", 5_000, 10, 15_000);

    /// <summary>Users of the other tests.</summary>
    public static int Users { get; } = Read("FAULT_USERS", 300, 30, 5_000);

    /// <summary>Logins of one user in a race.</summary>
    public static int Logins { get; } = Read("FAULT_LOGINS", 1_000, 10, 15_000);

    /// <summary>Sessions of a kick that outlives its center.</summary>
    public static int Kicked { get; } = Read("FAULT_KICKED", 2_000, 10, 15_000);

    /// <summary>Clients that messages are delivered to while something breaks.</summary>
    public static int Clients { get; } = Read("FAULT_CLIENTS", 200, 10, 5_000);

    /// <summary>Messages that are sent to them in all, in each test.</summary>
    public static int Messages { get; } = Read("FAULT_MESSAGES", 8_000, 100, 10_000_000);

    /// <summary>Messages a second.</summary>
    public static int Rate { get; } = Read("FAULT_RATE", 800, 10, 100_000);

    /// <summary>What chance does in the tests of delivery; the message of a failed test names it.</summary>
    public static int Seed { get; } = Read("FAULT_SEED", Random.Shared.Next(1, int.MaxValue), 1, int.MaxValue);

    /// <summary>The lease of a gateway.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(Read("FAULT_LEASE_SECONDS", 5, 1, 300));

    /// <summary>A test that has not ended by then stands still; most take less than a minute.</summary>
    public static TimeSpan TestDeadline { get; } = TimeSpan.FromMinutes(8) + (4 * TimeSpan.FromSeconds((double)Messages / Rate));

    private static int Read(string name, int byDefault, int min, int max)
    {
        var text = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrEmpty(text))
        {
            return byDefault;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new InvalidOperationException($"{name} is '{text}'; it must be a number from {min} to {max}.");
    }
}
