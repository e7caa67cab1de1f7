using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Testing;

namespace Microservices.Center.Tests.Http;

/// <summary>Push, inbox, dead letters and ledger.</summary>
public sealed class MessagesTests : IAsyncLifetime
{
    private const string Path = "/v1/apps/default/messages";
    private HttpWorld _world = null!;

    private HttpCaller Http => _world.Http;

    public async ValueTask InitializeAsync() => _world = await HttpWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Push_OnlineAndOfflineUsers_SaysWhatCameOfIt()
    {
        var room = await _world.World.OpenRoomAsync("room-1");
        await room.LoginAsync("bob", device: "phone");

        var reply = (await Http.PostAsync(
            Path, """{"users":["bob","żółw"],"payload":"żółw 🐢","content_type":"text/plain","type":"greeting","later_field":{"a":[1]},"key":null}""")).Good();

        Assert.NotEmpty((string)reply["message_id"]!);
        Assert.Equal(
            """[{"user":"bob","outcome":"sent","sent_to":[{"room":"room-1","device":"phone"}],"repeated":false},{"user":"żółw","outcome":"offline","sent_to":[],"repeated":false}]""",
            Plain(reply["outcomes"]!));
        await Eventually.HoldsAsync(() => room.Messages.Count == 1, "the room has the message");
        var push = room.Messages[0].Delivery.Push;
        Assert.Equal(("żółw 🐢", "text/plain", "greeting"), (push.Payload.ToStringUtf8(), push.ContentType, push.Type));
    }

    [Fact]
    public async Task Push_Base64ToEverybody_IsTheBytes()
    {
        var room = await _world.World.OpenRoomAsync("room-1");
        await Eventually.HoldsAsync(
            async () => (int)(await Http.PostAsync(Path, """{"everybody":true,"payload_base64":"wyg="}""")).Good()["rooms"]! == 1,
            "the center knows the room");

        await Eventually.HoldsAsync(() => room.Messages.Count > 0, "the room has the message");
        Assert.Equal([0xC3, 0x28], room.Messages[0].Delivery.Push.Payload.ToByteArray());
    }

    [Fact]
    public async Task Push_SameIdempotencyKey_IsTheSameMessage()
    {
        const string Body = """{"users":["bob"],"payload":"paid","qos":1}""";

        var first = (await Http.PostAsync(Path, Body, ("Idempotency-Key", "order-1"))).Good();
        var quoted = (await Http.PostAsync(Path, Body, ("Idempotency-Key", "\"order-1\""))).Good()["outcomes"]![0]!;
        var inBody = (await Http.PostAsync(Path, """{"users":["bob"],"payload":"paid","qos":1,"key":"order-1"}""", ("Idempotency-Key", "order-1"))).Good()["outcomes"]![0]!;
        var other = (await Http.PostAsync(Path, """{"users":["bob"],"payload":"something else","qos":1,"key":"order-1"}""")).Good()["outcomes"]![0]!;
        var byGrpc = await _world.World.Client.PushAsync(new PushRequest
        {
            App = "default",
            Users = new Users { Users_ = { "bob" } },
            Payload = Google.Protobuf.ByteString.CopyFromUtf8("paid"),
            Qos = Qos.AtLeastOnce,
            Key = "order-1",
        });

        Assert.Equal((string?)first["message_id"], (string?)quoted["message_id"]);
        Assert.Equal((true, true), ((bool)quoted["repeated"]!, (bool)inBody["repeated"]!));
        Assert.Equal(("refused", "key_reused"), ((string?)other["outcome"], (string?)other["code"]));
        Assert.Equal((true, (string?)first["message_id"]), (byGrpc.Outcomes[0].Repeated, byGrpc.Outcomes[0].MessageId));
        Assert.Equal(1, (int)(await Http.GetAsync("/v1/apps/default/users/bob/inbox")).Good()["messages"]!);
    }

    [Fact]
    public async Task Push_KeysThatCannotHold_AreRefused()
    {
        (await Http.PostAsync(Path, """{"users":["bob"],"payload":"x","qos":1,"key":"a"}""", ("Idempotency-Key", "b")))
            .IsProblem(400, "invalid_argument", "key: the body has another one than the header Idempotency-Key.", "key");
        (await Http.PostAsync(Path, """{"users":["bob"],"payload":"x"}""", ("Idempotency-Key", "b")))
            .IsProblem(400, "invalid_argument", "key: it needs qos 1 (QOS_AT_LEAST_ONCE); what is not kept can't be known again.", "key");
        (await Http.PostAsync(Path, """{"users":["bob"],"payload":"x","qos":1}""", ("Idempotency-Key", "\"\"")))
            .IsProblem(400, "invalid_argument", "Idempotency-Key: it is empty.", "Idempotency-Key");
        (await Http.PostAsync("/v1/apps/default/kick", """{"users":["bob"]}""", ("Idempotency-Key", "b")))
            .IsProblem(400, "invalid_argument", "Idempotency-Key: this operation keeps no keys.", "Idempotency-Key");
    }

    [Fact]
    public async Task Push_RulesOfTheCall_ComeAsProblemsWithTheirField()
    {
        (await Http.PostAsync(Path, """{"payload":"x"}""")).IsProblem(400, "invalid_argument", "target: there is none; give users or everybody.", "target");
        (await Http.PostAsync(Path, """{"users":["bob","bob"],"payload":"x"}"""))
            .IsProblem(400, "invalid_argument", "users[1]: 'bob' is there twice; users must not repeat.", "users[1]");
        (await Http.PostAsync(Path, """{"users":["bob"],"payload":"x","qos":7}"""))
            .IsProblem(400, "invalid_argument", "qos: 7 is not known; 0 (QOS_AT_MOST_ONCE) and 1 (QOS_AT_LEAST_ONCE) are.", "qos");
        (await Http.PostAsync("/v1/apps/nothing/messages", """{"users":["bob"],"payload":"x"}"""))
            .IsProblem(404, "unknown_app", "There is no app 'nothing'.");
    }

    [Fact]
    public async Task Push_AppInPathAndBody_MustBeTheSame()
    {
        (await Http.PostAsync(Path, """{"app":"default","users":["bob"],"payload":"x"}""")).Good();

        (await Http.PostAsync(Path, """{"app":"shop","users":["bob"],"payload":"x"}"""))
            .IsProblem(400, "invalid_argument", "app: the body has another one than the path.", "app");
    }

    [Fact]
    public async Task GetInbox_KeptMessages_CountsThem()
    {
        (await Http.PostAsync(Path, """{"users":["bob"],"payload":"one","qos":1}""")).Good();
        var second = (await Http.PostAsync(Path, """{"users":["bob"],"payload":"two","qos":1}""")).Good();

        var inbox = (await Http.GetAsync("/v1/apps/default/users/bob/inbox")).Good();

        Assert.Equal(2, (int)inbox["messages"]!);
        Assert.Equal(second["outcomes"]![0]!["position"]!.ToJsonString(), inbox["head"]!.ToJsonString());
        Assert.Equal(JsonValueKind.String, inbox["head"]!["epoch"]!.GetValueKind());
        Assert.Equal(JsonValueKind.Number, inbox["head"]!["seq"]!.GetValueKind());
    }

    [Fact]
    public async Task ListDeadLetters_Pages_ShowTextAndBytes()
    {
        (await Http.SendAsync("PUT", "/v1/apps/hasty", """{"max_attempts":1,"min_dead_age_ms":1}""")).Good();
        var room = await _world.World.OpenRoomAsync("room-1");
        foreach (var (user, payload) in new[] { ("ann", "\"payload\":\"lost\""), ("bob", "\"payload_base64\":\"wyg=\"") })
        {
            (await Http.PostAsync("/v1/apps/hasty/messages", $$"""{"users":["{{user}}"],{{payload}},"qos":1}""")).Good();
            await Eventually.HoldsAsync(async () => (await room.OpenChannelsAsync(user, app: "hasty")).Inbox.Entries.Count == 0, "the message is given up");
        }

        var letters = new List<JsonNode>();
        var cursor = "";
        do
        {
            var page = (await Http.GetAsync($"/v1/apps/hasty/dead-letters?limit=1&cursor={Uri.EscapeDataString(cursor)}")).Good();
            letters.AddRange(page["letters"]!.AsArray()!);
            cursor = (string?)page["next_cursor"] ?? "";
        }
        while (cursor.Length > 0);

        Assert.Equal(
            ["ann not_acknowledged lost ", "bob not_acknowledged  wyg="],
            letters.Select(letter => $"{letter["user"]} {letter["code"]} {letter["payload"]} {letter["payload_base64"]}").Order());
        var ofBob = (await Http.GetAsync("/v1/apps/hasty/dead-letters?user=bob")).Good();
        Assert.Equal("bob", (string?)Assert.Single(ofBob["letters"]!.AsArray())!["user"]);
        (await Http.GetAsync("/v1/apps/hasty/dead-letters?limit=many"))
            .IsProblem(400, "invalid_argument", "limit: it is not a whole number from 0 to 4294967295.", "limit");
        (await Http.GetAsync("/v1/apps/hasty/dead-letters?limit=1&limit=2")).IsProblem(400, "invalid_argument", "limit: it is given 2 times.", "limit");
    }

    [Fact]
    public async Task GetLedger_Measured_Balances()
    {
        (await Http.PostAsync(Path, """{"users":["ann","bob"],"payload":"one","qos":1}""")).Good();

        var measured = (await Http.GetAsync("/v1/apps/default/ledger?measure=true")).Good();
        var read = (await Http.GetAsync("/v1/apps/default/ledger")).Good();

        Assert.Equal((2, 2, 2, true), ((int)measured["accepted"]!, (int)measured["pending"]!, (int)measured["measured_pending"]!, (bool)measured["complete"]!));
        Assert.Equal((2, 0), ((int)read["accepted"]!, (int)read["measured_pending"]!));
        (await Http.GetAsync("/v1/apps/default/ledger?measure=yes")).IsProblem(400, "invalid_argument", "measure: it takes true or false.", "measure");
    }

    private static string Plain(JsonNode json) => json.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
