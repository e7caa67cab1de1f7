using System.Net;
using System.Net.Sockets;

namespace Microservices.Hosting.Listening;

/// <summary>Spreads addresses over a fixed number of counters, with a seed of this process, so that no number of addresses takes more memory.</summary>
public static class AddressPartition
{
    /// <summary>The partition of an address; of IPv6 only the /64 network counts, since one client has all of it.</summary>
    public static int Of(IPAddress address, int partitions)
    {
        Span<byte> bytes = stackalloc byte[16];
        var v4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
        address.TryWriteBytes(bytes, out var length);
        var counted = !v4 ? bytes[..8] : bytes[(length - 4)..length];
        var hash = default(HashCode);
        hash.AddBytes(counted);
        return (int)((uint)hash.ToHashCode() % (uint)partitions);
    }
}
