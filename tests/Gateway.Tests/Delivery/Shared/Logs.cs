using System.Runtime.CompilerServices;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Tests.Delivery.Shared;

/// <summary>Positions and pages of one log of epoch 7.</summary>
internal static class Logs
{
    public static readonly SharedLimits Limits = new(
        MaxEntries: 100, MaxBytes: 1_000_000, MaxAge: TimeSpan.FromSeconds(100), PageMessages: 10, PageBytes: 100_000, MaxEarly: 4, MaxEarlyBytes: 10_000, GapWait: TimeSpan.FromMilliseconds(50));

    public static LogPosition At(ulong seq, ulong epoch = 7) => new(epoch, seq);

    public static KeptContent Message(ulong seq, int bytes = 10) => new(
        $"m{seq}", "shop", Audience.All, notifyOnly: false, chat: null, new Push { Payload = ByteString.CopyFrom(new byte[bytes]) }, expiresUnixMs: 0);

    /// <summary>The page (after, covered] with every entry but those in <paramref name="holes"/>.</summary>
    public static LogPage Page(ulong after, ulong covered, ulong head = 0, int bytes = 10, params ulong[] holes) => new(
        [.. Range(after + 1, covered).Where(seq => !holes.Contains(seq)).Select(seq => new PageEntry(At(seq), Message(seq, bytes)))],
        At(after),
        At(covered),
        At(Math.Max(head, covered)));

    public static IEnumerable<ulong> Seqs(LogPage? page) => page is null ? [] : page.Entries.Select(static entry => entry.Position.Seq);

    public static IEnumerable<ulong> Range(ulong first, ulong last)
    {
        for (var seq = first; seq <= last; seq++)
        {
            yield return seq;
        }
    }

    /// <summary>A session that is only a name.</summary>
    public static Session Someone() => (Session)RuntimeHelpers.GetUninitializedObject(typeof(Session));
}
