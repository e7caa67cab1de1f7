using System.Net;

namespace Microservices.Gateway.Admission;

/// <summary>A list of networks, searched in logarithmic time.</summary>
internal sealed class Networks
{
    private readonly UInt128[] _firsts;
    private readonly UInt128[] _lasts;

    /// <param name="networks">Each must parse.</param>
    public Networks(IEnumerable<string> networks)
    {
        var merged = new List<(UInt128 First, UInt128 Last)>();
        foreach (var range in networks.Select(Parse).Select(AddressKey.RangeOf).OrderBy(static range => range.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last)
            {
                merged[^1] = (merged[^1].First, UInt128.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        _firsts = [.. merged.Select(static range => range.First)];
        _lasts = [.. merged.Select(static range => range.Last)];
    }

    public bool IsEmpty => _firsts.Length == 0;

    public static bool TryParse(string text, out IPNetwork network) => IPNetwork.TryParse(text, out network);

    public bool Contains(UInt128 address)
    {
        var index = Array.BinarySearch(_firsts, address);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && address <= _lasts[index];
    }

    private static IPNetwork Parse(string text) =>
        TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is not a network.");
}
