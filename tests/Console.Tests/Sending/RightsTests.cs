using System.Net;

namespace Microservices.Console.Tests.Sending;

/// <summary>A key opens what it is for, and no more, whatever is posted.</summary>
public sealed class RightsTests(ConsoleWorld world)
{
    [Fact]
    public async Task Page_KeyWithoutPresence_OffersNamesOnly()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "alice");
        await using var alice = await world.OldClientAsync(users[0], app);
        await using var visitor = await world.NewVisitorAsync();
        await visitor.LogInAsync(world.Keys.PushOnly);
        await visitor.OpenAsync($"/console/send?app={app}");

        await Assertions.Expect(visitor.Page.GetByText("This key may not see who is online")).ToBeVisibleAsync();
        Assert.Equal(0, await visitor.Page.Locator("#people").CountAsync());
        await visitor.Page.FillAsync("#names", "alice");
        await visitor.Text.FillAsync("by name");
        await visitor.SendAsync();

        Assert.Equal("by name", (await alice.ReceiveAsync(102)).Text("chat_content"));
    }

    [Fact]
    public async Task Page_KeyWithoutPush_OffersNothingAndAPostIsRefused()
    {
        var app = await world.NewAppAsync();
        await using var visitor = await world.NewVisitorAsync();
        await visitor.LogInAsync(world.Keys.PresenceOnly);
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This key may not send messages");
        Assert.Equal(0, await visitor.Page.Locator("#send").CountAsync());

        using var caller = new WebCaller(await world.AddressAsync());
        using var login = await caller.LogInAsync(world.Keys.PresenceOnly);
        var token = WebCaller.TokenOf(await caller.ReadAsync("/console/send", "en"));
        using var answer = await caller.PostAsync("/console/send", ("token", token), ("app", app), ("to", "everybody"), ("text", "not allowed"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("The key is not allowed to do this for this app.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_KeyOfOneApp_ShowsThatOneAndAPostToAnotherIsRefused()
    {
        var other = await world.NewAppAsync();
        var users = await world.NewUsersAsync(other, "alice");
        await using var alice = await world.OldClientAsync(users[0], other);
        using var caller = new WebCaller(await world.AddressAsync());
        using var login = await caller.LogInAsync(world.Keys.OneApp);

        var page = await caller.ReadAsync($"/console/send?app={other}", "en");
        var list = await caller.ReadAsync($"/console/send/people?app={other}", "en");
        using var answer = await caller.PostAsync(
            "/console/send", ("token", WebCaller.TokenOf(page)), ("app", other), ("to", "one"), ("names", "alice"), ("text", "not allowed"));

        Assert.DoesNotContain(other, page, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", list, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("The key is not allowed to do this for this app.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
