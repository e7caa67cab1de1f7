using Microservices.Center.Tests.Support;
using Microservices.Testing;

namespace Microservices.Center.Tests.Http;

public sealed class MessagesTests : IAsyncLifetime
{
    private World _world = null!;
    private HttpCaller _http = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await World.StartAsync();
        _http = new HttpCaller(_world.Center.HttpAddress, _world.Key);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Push_OnlineAndOfflineUsers_SaysWhatCameOfIt()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob", device: "phone");

        var reply = (await _http.PostAsync(
            "/v1/apps/default/messages",
            """{"users":["bob","żółw"],"payload":"żółw 🐢","content_type":"text/plain","type":"greeting","later_field":{"a":[1]},"key":null}""")).Good();

        Assert.NotEmpty((string)reply["message_id"]!);
        Assert.Equal("""[{"user":"bob","outcome":"sent","sent_to":[{"room":"room-1","device":"phone"}],"repeated":false},{"user":"żółw","outcome":"offline","sent_to":[],"repeated":false}]""", Plain(reply["outcomes"]!));
        await Eventually.HoldsAsync(() => room.Messages.Count == 1, "the room has the message");
        var push = room.Messages[0].Delivery.Push;
        Assert.Equal(("żółw 🐢", "text/plain", "greeting"), (push.Payload.ToStringUtf8(), push.ContentType, push.Type));
    }

    [Fact]
    public async Task Push_Base64ToEverybody_IsTheBytes()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await Eventually.HoldsAsync(
            async () => (int)(await _http.PostAsync("/v1/apps/default/messages", """{"everybody":true,"payload_base64":"wyg="}""")).Good()["rooms"]! == 1,
            "the center knows the room");

        await Eventually.HoldsAsync(() => room.Messages.Count > 0, "the room has the message");
        Assert.Equal([0xC3, 0x28], room.Messages[0].Delivery.Push.Payload.ToByteArray());
    }

    private static string Plain(System.Text.Json.Nodes.JsonNode json) =>
        json.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
