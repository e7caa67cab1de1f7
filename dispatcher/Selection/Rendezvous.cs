using System.Text;

namespace Microservices.Dispatcher.Selection;

/// <summary>
/// Highest random weight: every room draws a score for a user, and the best scores win. A room that comes or goes moves only the users
/// whose best room it is. The numbers are fixed for ever, so that all dispatchers of all versions send a user to the same room.
/// </summary>
internal static class Rendezvous
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The user's half of the draw: FNV-1a over app, a zero byte and user, mixed.</summary>
    public static ulong HashOfUser(ReadOnlySpan<char> app, ReadOnlySpan<char> user)
    {
        var hash = Add(OffsetBasis, app);
        hash *= Prime; // the zero byte: x ^ 0 = x
        return Mix(Add(hash, user));
    }

    /// <summary>The room's half of the draw.</summary>
    public static ulong HashOfRoom(ReadOnlySpan<char> name) => Mix(Add(OffsetBasis, name));

    /// <summary>The same room name once more: a half of its own for a further room that bears it.</summary>
    public static ulong Vary(ulong roomHash, ulong by) => Mix(roomHash ^ Mix(by));

    /// <summary>
    /// The score of a room for a user; the highest wins. −weight / ln(u) for a draw u in (0, 1) is won in proportion to the weights
    /// (Schindelhauer and Schomaker, "Weighted distributed hash tables", 2005).
    /// </summary>
    public static double Score(ulong userHash, ulong roomHash, double weight)
    {
        var draw = Mix(userHash ^ roomHash);
        var unit = ((draw >> 11) + 0.5) * (1.0 / (1UL << 53));
        return -weight / Math.Log(unit);
    }

    // The finaliser of MurmurHash3: each bit in changes half of the bits out.
    private static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xff51afd7ed558ccd;
        value ^= value >> 33;
        value *= 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }

    private static ulong Add(ulong hash, ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[512];
        while (!text.IsEmpty)
        {
            // Text is at most 128 bytes when it comes from outside; a room's name is cut into pieces if it ever is longer.
            var piece = text[..Math.Min(text.Length, 128)];
            text = text[piece.Length..];
            var written = Encoding.UTF8.GetBytes(piece, bytes);
            foreach (var b in bytes[..written])
            {
                hash = (hash ^ b) * Prime;
            }
        }

        return hash;
    }
}
