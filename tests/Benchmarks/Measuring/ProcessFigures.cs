using System.Globalization;

namespace Microservices.Benchmarks.Measuring;

/// <summary>What Linux says about a process.</summary>
internal static class ProcessFigures
{
    private const double ClockTicksPerSecond = 100;

    /// <summary>Memory that belongs to the process alone and was written: what it would free by ending.</summary>
    public static long PrivateDirtyBytes(int processId)
    {
        const string Field = "Private_Dirty:";
        var line = File.ReadLines($"/proc/{processId}/smaps_rollup").First(static line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>CPU time in user and kernel mode.</summary>
    public static double CpuSeconds(int processId)
    {
        // The name in parentheses may hold spaces; the fields after it don't. utime and stime are fields 14 and 15.
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / ClockTicksPerSecond;
    }

    /// <summary>How many files the process may have open; connections are files.</summary>
    public static int DescriptorLimit()
    {
        const string Row = "Max open files";
        var line = File.ReadLines("/proc/self/limits").First(static line => line.StartsWith(Row, StringComparison.Ordinal));
        var soft = line[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
    }
}
