using Microservices.Clusters;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

namespace Microservices.Console.Tests.Sending;

/// <summary>The list of who is online.</summary>
public sealed class PeopleTests(ConsoleWorld world)
{
    [Fact]
    public async Task List_ShowsUsersTheirDevicesAndTheirClients()
    {
        var app = await world.NewAppAsync(static app => app.SessionPerDevice = true);
        var users = await world.NewUsersAsync(app, "alice", "王小明");
        var gateway = (await world.StandaloneAsync()).PortOf(8124);
        await using var old = await DeviceAsync(gateway, app, users[0], "", "old phone");
        await using var phone = await DeviceAsync(gateway, app, users[1], "test/1", "phone <1>");
        await using var laptop = await DeviceAsync(gateway, app, users[1], "test/1", "laptop");

        await using var sender = await world.NewSenderAsync(app: app);

        await Assertions.Expect(sender.People).ToHaveCountAsync(2);
        await Assertions.Expect(sender.Row("alice").Locator(".client")).ToHaveTextAsync("Chat client (old)");
        await Assertions.Expect(sender.Row("alice").Locator(".since")).ToHaveTextAsync("just now");
        await Assertions.Expect(sender.Row("王小明").Locator(".client")).ToHaveTextAsync("New client");
        await Assertions.Expect(sender.Row("王小明").Locator(".devices")).ToContainTextAsync("laptop");
        await Assertions.Expect(sender.Row("王小明").Locator(".devices")).ToContainTextAsync("phone <1>");
    }

    [Fact]
    public async Task List_OfNobody_SaysSo()
    {
        await using var sender = await world.NewSenderAsync("zh-CN", await world.NewAppAsync());

        await Assertions.Expect(sender.Page.Locator("#people")).ToHaveTextAsync("这个应用目前没有在线用户。");
    }

    [Fact]
    public async Task Search_PartOfAName_ShowsThoseAndKeepsWhoIsChosen()
    {
        var app = await world.NewAppAsync();
        var clients = await ClientsAsync(app, [.. Enumerable.Range(0, 60).Select(static i => $"customer-{i:D2}"), "Zoë", "zoo keeper"]);
        await using var sender = await world.NewSenderAsync(app: app);
        await sender.Page.CheckAsync("#to-several");

        await sender.Page.Locator("#search").PressSequentiallyAsync("ZO");
        await Assertions.Expect(sender.People).ToHaveCountAsync(2);
        await sender.TickAsync("Zoë");
        await sender.Page.FillAsync("#search", "customer-41");
        await Assertions.Expect(sender.People).ToHaveCountAsync(1);
        await sender.TickAsync("customer-41");
        await Assertions.Expect(sender.Chosen).ToHaveTextAsync(["Zoë", "customer-41"]);
        await sender.Page.FillAsync("#search", "no such name");
        await Assertions.Expect(sender.Page.Locator("#people")).ToContainTextAsync("Nobody who is online has a name with “no such name”.");

        await Assertions.Expect(sender.Chosen).ToHaveTextAsync(["Zoë", "customer-41"]);
        await sender.Chosen.Filter(new() { HasText = "Zoë" }).Locator("input").ClickAsync();
        await Assertions.Expect(sender.Chosen).ToHaveTextAsync(["customer-41"]);
        Assert.Empty(sender.Faults);
        await EndAsync(clients);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_TogetherShowEverybodyOnce(bool hasScript)
    {
        var app = await world.NewAppAsync();
        string[] names = [.. Enumerable.Range(0, 120).Select(static i => $"customer-{i:D3}")];
        var clients = await ClientsAsync(app, names);
        await using var sender = await world.NewSenderAsync(app: app, hasScript: hasScript);
        var next = sender.Page.GetByRole(AriaRole.Button, new() { Name = "Next page" });
        var seen = new List<string>(await sender.People.Locator("th").AllInnerTextsAsync());

        while (await next.CountAsync() > 0)
        {
            var before = await sender.People.First.Locator("th").InnerTextAsync();
            await next.ClickAsync();
            await Assertions.Expect(sender.People.First.Locator("th")).Not.ToHaveTextAsync(before);
            seen.AddRange(await sender.People.Locator("th").AllInnerTextsAsync());
        }

        Assert.Equal(names, seen.Order(StringComparer.Ordinal));
        await sender.Page.GetByRole(AriaRole.Button, new() { Name = "First page" }).ClickAsync();
        await Assertions.Expect(sender.People.First.Locator("th")).ToHaveTextAsync(seen[0]);
        await EndAsync(clients);
    }

    [Fact]
    public async Task Choose_OneAfterAnother_KeepsTheLastForOne()
    {
        var app = await world.NewAppAsync();
        var clients = await ClientsAsync(app, "alice", "bob");
        await using var sender = await world.NewSenderAsync(app: app);

        await sender.TickAsync("alice");
        await sender.TickAsync("bob");

        await Assertions.Expect(sender.Chosen).ToHaveTextAsync(["bob"]);
        await Assertions.Expect(sender.Row("alice").Locator("input")).Not.ToBeCheckedAsync();
        await EndAsync(clients);
    }

    [Fact]
    public async Task App_Changed_ShowsItsPeopleAndKeepsTheText()
    {
        var (one, other) = (await world.NewAppAsync(), await world.NewAppAsync());
        var clients = await ClientsAsync(other, "only-there");
        await using var sender = await world.NewSenderAsync(app: one);
        await sender.Text.FillAsync("a draft");

        await sender.Page.SelectOptionAsync("#app", other);

        await Assertions.Expect(sender.Row("only-there")).ToBeVisibleAsync();
        await Assertions.Expect(sender.Text).ToHaveValueAsync("a draft");
        await EndAsync(clients);
    }

    private static async Task<WireClient> DeviceAsync(int gateway, string app, TestUser user, string sdk, string device)
    {
        var client = await WireClient.ConnectAsync(gateway);
        await Eventually.HoldsAsync(
            async () =>
            {
                await client.SendAsync(WireClient.Verify, new { user = user.Name, token = user.Token, app, sdk, device });
                return (await client.ReceiveAsync(WireClient.Verified)).Number("code") == 1;
            },
            "the gateway knows the app");
        return client;
    }

    private async Task<WireClient[]> ClientsAsync(string app, params string[] names)
    {
        var clients = new List<WireClient>();
        foreach (TestUser user in await world.NewUsersAsync(app, names))
        {
            clients.Add(await world.OldClientAsync(user, app));
        }

        return [.. clients];
    }

    private static async Task EndAsync(WireClient[] clients)
    {
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
