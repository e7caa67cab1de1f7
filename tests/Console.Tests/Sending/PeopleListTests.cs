using System.Diagnostics.Metrics;
using Microservices.Center.Api;
using Microservices.Center.ApiKeys;
using Microservices.Center.Apps;
using Microservices.Center.Console;
using Microservices.Center.Console.Sending;
using Microservices.Center.Presence;
using Microservices.Center.Refusals;
using Microservices.Center.Sessions;
using Microservices.Contracts.Register;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using AppsClient = Microservices.Contracts.Register.Apps.AppsClient;

namespace Microservices.Console.Tests.Sending;

/// <summary>A search among very many costs no more than it may.</summary>
public sealed class PeopleListTests
{
    private const int Online = 5_000;
    private static readonly ApiKey Key = new("someone", [], [ApiScope.All], [ApiScope.All], null);

    private readonly ManySessions _register = new(Online);
    private readonly ConsoleOptions _options = new() { MaxSearchedSessions = 2_000, MaxSearches = 2 };
    private readonly PeopleList _people;

    public PeopleListTests()
    {
        var apps = new AppCatalog(new NoApps());
        apps.Apply(new AppList { Whole = true, Apps = { new App { Name = "default" } } });
        var presence = new PresenceCalls(apps, new SessionLookup(_register), _register);
        var api = new CenterApi(null!, null!, null!, presence, null!, null!, null!, null!, null!);
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        _people = new PeopleList(api, Options.Create(_options), new ConsoleMetrics(meters));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_WithoutASearch_IsOnePageOfFifty()
    {
        var page = await ReadAsync("");

        Assert.Equal((50, "50", 1), (page.People.Count, page.Next, _register.Pages));
    }

    [Fact]
    public async Task Search_AboveTheLimitOfSessions_StopsAndGoesOnFromThere()
    {
        var first = await ReadAsync("4321x");
        var second = await ReadAsync("R-432", first.Next);
        var third = await ReadAsync("R-432", second.Next);

        Assert.Equal((0, 2_000, "2000"), (first.People.Count, first.Searched, first.Next));
        Assert.Equal((0, 2_000, "4000"), (second.People.Count, second.Searched, second.Next));
        Assert.Equal((10, 1_000, ""), (third.People.Count, third.Searched, third.Next));
    }

    [Fact]
    public async Task Search_WholeNameFarBehind_IsFoundAtOnceAndOnce()
    {
        var far = await ReadAsync("user-4999");
        var near = await ReadAsync("user-7");

        Assert.Equal("user-4999", Assert.Single(far.People).Name);
        Assert.Equal("user-7", near.People[0].Name);
        Assert.Equal(near.People.Count, near.People.Select(static person => person.Name).Distinct().Count());
    }

    [Fact]
    public async Task Search_ManyFit_StopsWithAPageful()
    {
        var page = await ReadAsync("USER");

        Assert.Equal((500, 500, "500", 1), (page.People.Count, page.Searched, page.Next, _register.Pages));
    }

    [Fact]
    public async Task Search_MoreThanAtOnce_IsRefused()
    {
        var gate = new TaskCompletionSource();
        _register.Gate = gate.Task;
        Task<PeoplePage>[] running = [ReadAsync("a", "1"), ReadAsync("b", "1")];

        var refused = await Assert.ThrowsAsync<RefusedException>(() => ReadAsync("c", "1"));
        gate.SetResult();
        await Task.WhenAll(running);

        Assert.Equal(RefusalCode.RateLimited, refused.Code);
        Assert.Empty((await ReadAsync("nobody", "1")).People);
    }

    private Task<PeoplePage> ReadAsync(string search, string cursor = "") => _people.ReadAsync(Key, "default", search, cursor, Stop);

    private sealed class NoApps : AppsClient;
}
