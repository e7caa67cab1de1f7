using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Microservices.Gateway.Admission;

/// <summary>Addresses as numbers: IPv4 and IPv6 in one order, an IPv4 address as its mapped IPv6 one.</summary>
internal static class AddressKey
{
    private static readonly UInt128 MappedPrefix = (UInt128)0xFFFF << 32;
    private static readonly UInt128 Upper64 = (UInt128)ulong.MaxValue << 64;

    /// <summary>The address as a number.</summary>
    public static UInt128 Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4
            ? MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>What limits per address count by: an IPv4 address; of IPv6 the /64, which is what one subscriber gets.</summary>
    public static UInt128 OfSubscriber(UInt128 address) => IsIPv4(address) ? address : address & Upper64;

    /// <summary>127.0.0.0/8 or ::1.</summary>
    public static bool IsLoopback(UInt128 address) => address == 1 || (IsIPv4(address) && (byte)(address >> 24) == 127);

    /// <summary>The first and the last address of <paramref name="network"/>.</summary>
    public static (UInt128 First, UInt128 Last) RangeOf(IPNetwork network)
    {
        var first = Of(network.BaseAddress);
        var bits = network.PrefixLength + (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 96 : 0);
        var rest = bits == 0 ? UInt128.MaxValue : bits == 128 ? 0 : UInt128.MaxValue >> bits;
        return (first, first | rest);
    }

    private static bool IsIPv4(UInt128 address) => address >> 32 == 0xFFFF;
}
