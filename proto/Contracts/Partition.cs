using System.Text;

namespace Microservices.Contracts;

/// <summary>
/// The partition of a user: every key of the user in the store carries it, and it is fixed for ever (docs/adr: partitions and keys).
/// It is FNV-1a, 64 bits, over the UTF-8 bytes of app, one zero byte and user, its halves xor-ed, modulo <see cref="Count"/>.
/// </summary>
public static class Partition
{
    /// <summary>How many partitions there are.</summary>
    public const int Count = 1024;

    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The partition of a user of an app, 0 to 1023.</summary>
    public static int Of(string app, string user) => (int)(Hash(app, user) % Count);

    /// <summary>The uplink queue of a user of an app, 0 to <paramref name="queues"/> − 1: chosen from the partition, so that one user has one queue.</summary>
    public static int UplinkQueueOf(string app, string user, int queues = 16) => Of(app, user) % queues;

    private static ulong Hash(string app, string user)
    {
        var hash = Add(OffsetBasis, app);
        hash *= Prime; // the zero byte: x ^ 0 = x
        hash = Add(hash, user);
        return hash ^ (hash >> 32);
    }

    private static ulong Add(ulong hash, string text)
    {
        Span<byte> bytes = stackalloc byte[512];
        var length = Encoding.UTF8.GetByteCount(text);
        var utf8 = length <= bytes.Length ? bytes[..Encoding.UTF8.GetBytes(text, bytes)] : Encoding.UTF8.GetBytes(text);
        foreach (var b in utf8)
        {
            hash = (hash ^ b) * Prime;
        }

        return hash;
    }
}
