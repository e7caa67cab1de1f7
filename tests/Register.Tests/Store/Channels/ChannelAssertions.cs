using System.Text;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store.Channels;

internal static class ChannelAssertions
{
    public static string[] Texts(this LogPage page) => [.. page.Entries.Select(static entry => entry.Text())];

    public static string Text(this StoredEntry entry) => Encoding.UTF8.GetString(entry.Content.Span);

    /// <summary>What went in has come out or is there, and what is said to be there is there.</summary>
    public static void AssertBalance(this LedgerCounts counts)
    {
        Assert.True(counts.Accepted == counts.Acknowledged + counts.Expired + counts.Dead + counts.Pending, $"not in balance: {counts}");
        Assert.True(counts.Pending == (counts.Measured ?? counts.Pending), $"not what is there: {counts}");
        Assert.True(Math.Min(Math.Min(counts.Acknowledged, counts.Expired), Math.Min(counts.Dead, counts.Pending)) >= 0, $"negative: {counts}");
    }
}
