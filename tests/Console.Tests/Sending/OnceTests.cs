using Microservices.Integration.Tests.Wire;

namespace Microservices.Console.Tests.Sending;

/// <summary>A form that comes twice is sent once.</summary>
public sealed class OnceTests(ConsoleWorld world)
{
    [Fact]
    public async Task Send_PressedTwiceAtOnce_IsSentOnce()
    {
        var (app, client) = await WithClientAsync();
        await using var _ = client;
        await using var sender = await world.NewSenderAsync(app: app);

        await sender.TickAsync("alice");
        await sender.Text.FillAsync("once");
        await sender.Page.DblClickAsync("#send-button");

        await sender.ResultHasAsync("Sent");
        Assert.Equal("once", (await client.ReceiveAsync(102)).Text("chat_content"));
        await NothingElseComesAsync(sender, client);
    }

    [Theory]
    [InlineData("no")]
    [InlineData("yes")]
    public async Task Form_PostedManyTimesAtOnce_IsSentOnceAndAllGetItsAnswer(string keep)
    {
        var (app, client) = await WithClientAsync();
        await using var _ = client;
        using var caller = new WebCaller(await world.AddressAsync());
        using var login = await caller.LogInAsync(world.Keys.All);
        var page = await caller.ReadAsync($"/console/send?app={app}", "en");
        (string, string)[] fields =
        [
            ("token", WebCaller.TokenOf(page)), ("form", WebCaller.FormOf(page)), ("app", app), ("to", "one"), ("user", "alice"), ("text", "once"), ("keep", keep),
        ];

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => caller.PostAsync("/console/send", fields)));

        var pages = await Task.WhenAll(answers.Select(static answer => answer.Content.ReadAsStringAsync()));
        Assert.All(pages, static text => Assert.Contains("<h2>Sent</h2>", text, StringComparison.Ordinal));
        Assert.Equal(7, pages.Count(static text => text.Contains("The same form came twice; it was sent once.", StringComparison.Ordinal)));
        Assert.Equal("once", (await client.ReceiveAsync(102)).Text("chat_content"));
        await using var sender = await world.NewSenderAsync(app: app);
        await NothingElseComesAsync(sender, client);
    }

    [Fact]
    public async Task Form_GoneBackToWithAnotherText_IsAnotherMessage()
    {
        var (app, client) = await WithClientAsync();
        await using var _ = client;
        using var caller = new WebCaller(await world.AddressAsync());
        using var login = await caller.LogInAsync(world.Keys.All);
        var page = await caller.ReadAsync($"/console/send?app={app}", "en");

        foreach (var text in new[] { "first", "second" })
        {
            using var answer = await caller.PostAsync(
                "/console/send",
                ("token", WebCaller.TokenOf(page)), ("form", WebCaller.FormOf(page)), ("app", app), ("to", "one"), ("names", "alice"), ("text", text), ("keep", "yes"));
            Assert.Contains("<h2>Sent</h2>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("first", (await client.ReceiveAsync(102)).Text("chat_content"));
        Assert.Equal("second", (await client.ReceiveAsync(102)).Text("chat_content"));
    }

    private async Task<(string App, WireClient Client)> WithClientAsync()
    {
        var app = await world.NewAppAsync();
        return (app, await world.OldClientAsync((await world.NewUsersAsync(app, "alice"))[0], app));
    }

    private static async Task NothingElseComesAsync(Visitor sender, WireClient client)
    {
        await sender.Page.FillAsync("#names", "alice");
        await sender.Text.FillAsync("the next");
        await sender.Page.ClickAsync("#send-button");
        Assert.Equal("the next", (await client.ReceiveAsync(102)).Text("chat_content"));
    }
}
