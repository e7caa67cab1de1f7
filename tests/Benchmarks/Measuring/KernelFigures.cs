using System.Globalization;

namespace Microservices.Benchmarks.Measuring;

/// <summary>What Linux needs itself.</summary>
internal static class KernelFigures
{
    /// <summary>Objects of the kernel: sockets and what belongs to them are most of what many connections add.</summary>
    public static long SlabBytes()
    {
        const string Field = "Slab:";
        var line = File.ReadLines("/proc/meminfo").First(static line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024;
    }
}
