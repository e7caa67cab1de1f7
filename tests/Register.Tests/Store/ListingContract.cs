using Microservices.Contracts;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store;

/// <summary>Look-ups, lists and names that are out to break keys.</summary>
public abstract class ListingContract(StoreFixture fixture) : SessionStoreContract(fixture)
{
    public static TheoryData<string> HostileNames =>
    [
        "{p0001}", "}{", "a:b", "a%3Ab", "%", "%25", "::", "s", "r", "d=x", ":", "a;b", "\u00e9\u4f60\U0001f600", " ", "*", "user:{x}", new string('x', 128),
    ];

    [Fact]
    public async Task List_OfAppOverManyPartitions_ReturnsEachOnce()
    {
        var sessions = await SessionsAsync();
        string[] users = [.. Enumerable.Range(0, 700).Select(i => $"user-{i}")];
        await sessions.ClaimAsync([.. users.Select(user => Single(user))], CancellationToken.None);

        var pages = await PagesAsync(new SessionFilter(App, 0), limit: 33);

        Assert.All(pages.SkipLast(1), page => Assert.Equal(33, page.Count));
        Assert.Equal(users.Order(), pages.SelectMany(page => page).Order());
        Assert.Equal(700, await sessions.CountAsync(App, CancellationToken.None));
        Assert.True(users.Select(user => Partition.Of(App, user)).Distinct().Count() > 300);
    }

    [Fact]
    public async Task List_OfRoom_ReturnsItsSessionsOfAllApps()
    {
        var sessions = await SessionsAsync();
        var room = (ulong)Random.Shared.NextInt64(1, 1L << 40);
        await sessions.ClaimAsync([.. Enumerable.Range(0, 60).Select(i => Single($"user-{i}", room + (ulong)(i % 3)))], CancellationToken.None);
        var other = Single("of-another-app", room);
        other.Session.App = App + "x";
        await sessions.ClaimAsync([other], CancellationToken.None);

        var all = (await PagesAsync(new SessionFilter(null, room), limit: 7)).SelectMany(page => page).ToArray();
        var ofApp = (await PagesAsync(new SessionFilter(App, room), limit: 7)).SelectMany(page => page).ToArray();

        Assert.Equal(21, all.Length);
        Assert.Contains("of-another-app", all);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"user-{i * 3}").Order(), ofApp.Order());
    }

    [Fact]
    public async Task List_OfAppWhoseNameBeginsAnother_LeavesTheOtherOut()
    {
        var sessions = await SessionsAsync();
        var other = Single("ann");
        other.Session.App = App + "-2";
        await sessions.ClaimAsync([Single("ann"), other], CancellationToken.None);

        Assert.Equal(["ann"], (await PagesAsync(new SessionFilter(App, 0), limit: 10)).SelectMany(page => page));
        Assert.Equal(1, await sessions.CountAsync(App, CancellationToken.None));
    }

    [Fact]
    public async Task List_AfterCursorOfOtherApp_StaysInTheApp()
    {
        var sessions = await SessionsAsync();
        await ClaimedAsync(Single("ann"));
        var partition = Partition.Of(App, "ann");

        var before = await sessions.ListAsync(new SessionFilter(App, 0), new SessionPosition(partition, "a:b:s"), 10, CancellationToken.None);
        var after = await sessions.ListAsync(new SessionFilter(App, 0), new SessionPosition(partition, "zz:b:s"), 10, CancellationToken.None);

        Assert.Single(before.Sessions);
        Assert.Empty(after.Sessions);
    }

    [Fact]
    public async Task List_WhenSessionsEndBetweenPages_GoesOnAfterTheCursor()
    {
        var sessions = await SessionsAsync();
        var claimed = await sessions.ClaimAsync([.. Enumerable.Range(0, 50).Select(i => Single($"user-{i}"))], CancellationToken.None);
        var first = await sessions.ListAsync(new SessionFilter(App, 0), SessionPosition.Start, 20, CancellationToken.None);
        await sessions.EndAsync([.. first.Sessions.Select(session => new SessionEnd(App, session.User, session.Key.Epoch))], CancellationToken.None);

        var rest = await sessions.ListAsync(new SessionFilter(App, 0), first.Next!, 100, CancellationToken.None);

        Assert.Equal(50, claimed.Outcomes.Count);
        Assert.Equal(30, rest.Sessions.Count);
        Assert.Null(rest.Next);
    }

    [Fact]
    public async Task Lookup_OfBatch_AnswersInItsOrderWithRepeatsAndStrangers()
    {
        var sessions = await SessionsAsync();
        await sessions.ClaimAsync([.. Enumerable.Range(0, 1_000).Select(i => Single($"user-{i}"))], CancellationToken.None);
        string[] asked = [.. Enumerable.Range(0, 3_000).Select(i => $"user-{2_000 - i}"), "user-1", "user-1"];

        var found = await sessions.LookupAsync(App, asked, CancellationToken.None);

        Assert.Equal(asked.Length, found.Count);
        for (var i = 0; i < asked.Length; i++)
        {
            var number = int.Parse(asked[i].AsSpan(5), System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(number is >= 0 and < 1_000 ? [asked[i]] : [], found[i].Select(session => session.User));
        }
    }

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task Claim_WithHostileNames_KeepsThemApart(string name)
    {
        var sessions = await SessionsAsync();
        var epoch = await ClaimedAsync(OnDevice(name, name));
        foreach (var other in HostileNames.Select(row => row.Data).Where(other => other != name))
        {
            await ClaimedAsync(OnDevice(other, name));
            await ClaimedAsync(OnDevice(other, other));
        }

        var stored = Assert.Single(await StoredAsync(name));
        Assert.Equal((name, name, name, epoch), (stored.User, stored.Device, stored.NamedDevice, stored.Key.Epoch));
        var listed = (await sessions.ListAsync(new SessionFilter(App, 0), SessionPosition.Start, 1_000, CancellationToken.None)).Sessions;
        Assert.Equal((HostileNames.Count * 2) - 1, listed.Count);
        Assert.Single(listed, session => session.User == name && session.Device == name);
        Assert.True(await EndAsync(name, epoch));
        Assert.Empty(await StoredAsync(name));
    }

    private async Task<List<List<string>>> PagesAsync(SessionFilter filter, int limit)
    {
        var sessions = await SessionsAsync();
        List<List<string>> pages = [];
        for (SessionPosition? position = SessionPosition.Start; position is not null;)
        {
            var page = await sessions.ListAsync(filter, position, limit, CancellationToken.None);
            pages.Add([.. page.Sessions.Select(session => session.User)]);
            position = page.Next;
        }

        return pages;
    }
}

public sealed class MemoryListingTests(MemoryFixture fixture) : ListingContract(fixture);

public sealed class RedisListingTests(RedisFixture fixture) : ListingContract(fixture);

public sealed class RedisClusterListingTests(RedisClusterFixture fixture) : ListingContract(fixture);
