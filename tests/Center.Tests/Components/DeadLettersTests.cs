using Google.Protobuf;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;

namespace Microservices.Center.Tests.Components;

/// <summary>Dead letters, on a real register.</summary>
public sealed class DeadLettersTests : IAsyncLifetime
{
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task ListDeadLetters_GivenUpMessages_ComeInPages()
    {
        await _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "hasty", MaxAttempts = 1, MinDeadAgeMs = 1 } });
        var room = await _world.OpenRoomAsync("room-1");
        foreach (var user in new[] { "ann", "bob", "cid" })
        {
            await PushAsync("hasty", user, "dead " + user);
            await Testing.Eventually.HoldsAsync(
                async () => (await room.OpenChannelsAsync(user, app: "hasty")).Inbox.Entries.Count == 0, "the message is given up");
        }

        var letters = new List<DeadLetter>();
        var page = new ListDeadLettersReply();
        do
        {
            page = await _world.Client.ListDeadLettersAsync(new ListDeadLettersRequest { App = "hasty", Limit = 2, Cursor = page.NextCursor });
            Assert.InRange(page.Letters.Count, 0, 2);
            letters.AddRange(page.Letters);
        }
        while (page.NextCursor.Length > 0);

        Assert.Equal(["ann", "bob", "cid"], letters.Select(letter => letter.User).Order());
        var ofBob = Assert.Single((await _world.Client.ListDeadLettersAsync(new ListDeadLettersRequest { App = "hasty", User = "bob" })).Letters);
        Assert.Equal(("bob", "not_acknowledged", "dead bob", "text/plain", "news"), (ofBob.User, ofBob.Code, ofBob.Payload.ToStringUtf8(), ofBob.ContentType, ofBob.Type));
        Assert.Equal((1ul, ""), (ofBob.Position.Seq, ofBob.Device));
        Assert.NotEqual((0u, 0L, ""), (ofBob.Attempts, ofBob.DiedUnixMs, ofBob.MessageId));
        Assert.Equal(3ul, (await _world.Client.GetLedgerAsync(new GetLedgerRequest { App = "hasty" })).Dead);
    }

    private async Task PushAsync(string app, string user, string text)
    {
        await _world.Client.PushAsync(new PushRequest
        {
            App = app,
            Users = new Users { Users_ = { user } },
            Payload = ByteString.CopyFromUtf8(text),
            ContentType = "text/plain",
            Type = "news",
            Qos = Qos.AtLeastOnce,
        });
    }
}
