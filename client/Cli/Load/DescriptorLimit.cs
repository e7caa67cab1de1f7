using System.Globalization;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load;

/// <summary>How many connections this process may hold: better said before than found out half way.</summary>
internal static class DescriptorLimit
{
    // The runtime, the center's connection, standard streams.
    private const int Reserve = 200;
    private const string LimitsFile = "/proc/self/limits";

    /// <exception cref="CliException">The connections need more descriptors than the process may open.</exception>
    public static void Check(int connections)
    {
        if (File.Exists(LimitsFile))
        {
            Check(connections, Read(File.ReadLines(LimitsFile)));
        }
    }

    /// <summary>The soft limit of open files in the text of <c>/proc/self/limits</c>; null when there is none.</summary>
    internal static long? Read(IEnumerable<string> limits)
    {
        const string Row = "Max open files";
        var line = limits.FirstOrDefault(static line => line.StartsWith(Row, StringComparison.Ordinal));
        var soft = line?[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }

    internal static void Check(int connections, long? limit)
    {
        if (limit is { } most && connections + Reserve > most)
        {
            throw new CliException(
                $"{Units.Count(connections)} connections need about {Units.Count(connections + Reserve)} file descriptors; this process may open {Units.Count(most)}. " +
                $"Raise the limit with 'ulimit -n {connections + Reserve}', or share the connections among several processes.");
        }
    }
}
