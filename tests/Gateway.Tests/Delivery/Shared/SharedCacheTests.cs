using Microservices.Gateway.Delivery.Shared;
using static Microservices.Gateway.Tests.Delivery.Shared.Logs;

namespace Microservices.Gateway.Tests.Delivery.Shared;

public sealed class SharedCacheTests
{
    [Fact]
    public void Find_BehindEachPositionOfAPage_IsTheRest()
    {
        var cache = new SharedCache(Limits);
        cache.Add(Page(3, 8, holes: [5, 6]), nowMs: 0);

        foreach (var after in Range(3, 7))
        {
            var page = cache.Find(At(after), At(20), nowMs: 1)!;

            Assert.Equal(new ulong[] { 4, 7, 8 }.Where(seq => seq > after), Seqs(page));
            Assert.Equal((At(after), At(8), At(20)), (page.After, page.Covered, page.Head));
        }

        Assert.Null(cache.Find(At(2), At(20), nowMs: 1));
        Assert.Null(cache.Find(At(8), At(20), nowMs: 1));
    }

    [Fact]
    public void Find_NeighbouringRanges_AreOnePageUpToItsLimits()
    {
        var cache = new SharedCache(Limits);
        foreach (var seq in Range(1, 30))
        {
            cache.Add(Page(seq - 1, seq), nowMs: 0);
        }

        Assert.Equal(Range(1, 10), Seqs(cache.Find(At(0), At(30), nowMs: 1)));
        Assert.Equal(Range(26, 30), Seqs(cache.Find(At(25), At(30), nowMs: 1)));
    }

    [Fact]
    public void Find_RangesWithAHoleBetween_StopsBeforeIt()
    {
        var cache = new SharedCache(Limits);
        cache.Add(Page(10, 12), nowMs: 0);
        cache.Add(Page(0, 2), nowMs: 0);

        Assert.Equal(At(2), cache.Find(At(0), At(12), nowMs: 1)!.Covered);
        Assert.Null(cache.Find(At(5), At(12), nowMs: 1));
    }

    [Fact]
    public void Find_EmptyRangeBetween_CoversIt()
    {
        var cache = new SharedCache(Limits);
        cache.Add(Page(0, 2), nowMs: 0);
        cache.Add(Page(2, 6, holes: [3, 4, 5, 6]), nowMs: 0);
        cache.Add(Page(6, 8), nowMs: 0);

        var page = cache.Find(At(1), At(8), nowMs: 1)!;

        Assert.Equal([2, 7, 8], Seqs(page));
        Assert.Equal(At(8), page.Covered);
    }

    [Fact]
    public void Add_OverlappingPages_KeepsEachEntryOnce()
    {
        var cache = new SharedCache(Limits);
        cache.Add(Page(4, 6), nowMs: 0);
        cache.Add(Page(8, 9), nowMs: 0);
        cache.Add(Page(2, 10), nowMs: 0);
        cache.Add(Page(0, 10), nowMs: 0);

        Assert.Equal(10, cache.Entries);
        Assert.Equal(Range(1, 10), Seqs(cache.Find(At(0), At(10), nowMs: 1)));
    }

    [Fact]
    public void Add_AnyPagesInAnyOrder_WhatIsFoundIsTheLog()
    {
        var random = new Random(4);
        for (var round = 0; round < 200; round++)
        {
            var cache = new SharedCache(Limits with { MaxEntries = random.Next(5, 60) });
            for (var i = 0; i < 30; i++)
            {
                var after = (ulong)random.Next(40);
                cache.Add(Page(after, after + (ulong)random.Next(1, 12), holes: [7, 13, 14, 30]), nowMs: i);
                var from = (ulong)random.Next(50);
                if (cache.Find(At(from), At(60), nowMs: i) is { } page)
                {
                    Assert.True(page.Covered > page.After);
                    Assert.Equal(Range(from + 1, page.Covered.Seq).Except(new ulong[] { 7, 13, 14, 30 }), Seqs(page));
                }
            }
        }
    }

    [Fact]
    public void Add_TooManyEntries_DropsWhatWasAskedForLeastRecently()
    {
        var cache = new SharedCache(Limits with { MaxEntries = 20 });
        cache.Add(Page(0, 10), nowMs: 1);
        cache.Add(Page(10, 20), nowMs: 2);
        cache.Find(At(0), At(20), nowMs: 3);

        cache.Add(Page(20, 30), nowMs: 4);

        Assert.Equal(20, cache.Entries);
        Assert.NotNull(cache.Find(At(0), At(30), nowMs: 5));
        Assert.Null(cache.Find(At(10), At(30), nowMs: 5));
        Assert.NotNull(cache.Find(At(20), At(30), nowMs: 5));
    }

    [Fact]
    public void Add_TooManyBytes_StaysBelowTheLimit()
    {
        var cache = new SharedCache(Limits with { MaxBytes = 50_000 });

        foreach (var seq in Range(1, 60))
        {
            cache.Add(Page(seq - 1, seq, bytes: 1_000), nowMs: (long)seq);
            Assert.InRange(cache.Bytes, 0, 50_000);
        }

        Assert.InRange(cache.Entries, 10, 49);
        Assert.NotNull(cache.Find(At(59), At(60), nowMs: 61));
    }

    [Fact]
    public void Add_OnePageLargerThanTheLimit_IsNotKept()
    {
        var cache = new SharedCache(Limits with { MaxBytes = 50_000 });

        cache.Add(Page(0, 1, bytes: 60_000), nowMs: 0);

        Assert.Equal((0, 0L), (cache.Entries, cache.Bytes));
        Assert.Null(cache.Find(At(0), At(1), nowMs: 1));
    }

    [Fact]
    public void Trim_NobodyAskedInALongTime_IsDropped()
    {
        var cache = new SharedCache(Limits);
        cache.Add(Page(0, 5), nowMs: 0);
        cache.Add(Page(5, 10), nowMs: 0);
        cache.Find(At(7), At(10), nowMs: 60_000);

        cache.Trim(nowMs: 120_000);

        Assert.Null(cache.Find(At(0), At(10), nowMs: 120_000));
        Assert.Equal(5, cache.Entries);
    }
}
