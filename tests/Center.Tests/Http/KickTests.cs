using System.Net;
using Grpc.Core;
using Microservices.Center.Tests.Support;
using Microservices.Testing;

namespace Microservices.Center.Tests.Http;

public sealed class KickTests
{
    [Fact]
    public async Task Kick_Users_EndsTheirSessions()
    {
        await using var world = await HttpWorld.StartAsync();
        var room = await world.World.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");

        var reply = (await world.Http.PostAsync("/v1/apps/default/kick", """{"users":["bob","off"],"reason":"maintenance"}""")).Good();

        Assert.Equal(["bob sent", "off offline"], reply["outcomes"]!.AsArray().Select(one => $"{one!["user"]} {one["outcome"]}"));
        await Eventually.HoldsAsync(() => room.Messages.Count > 0, "the room was told");
        Assert.Equal("maintenance", room.Messages[0].Close.Message);
    }

    [Fact]
    public async Task Kick_RegisterIsAway_SaysWhenToTryAgain()
    {
        await using var world = await KickWorld.StartAsync();
        using var http = new HttpCaller(world.Center.HttpAddress, world.Key);
        world.Register.Sessions.BeforeKick = static _ => throw new RpcException(new Status(StatusCode.Unavailable, "away"));

        var answer = await http.PostAsync("/v1/apps/default/kick", """{"users":["bob"]}""");

        answer.IsProblem(
            503, "try_later", "Register, which knows the sessions, doesn't answer; no session was ended for certain. Try again in 1000 ms.");
        Assert.Equal("1", answer.Headers["Retry-After"]);
    }

    [Fact]
    public async Task StartKick_ThenWatch_TellsUntilItIsDone()
    {
        await using var world = await KickWorld.StartAsync();
        using var http = new HttpCaller(world.Center.HttpAddress, world.Key);
        world.Register.Sessions.Login("bob");

        var answer = await http.PostAsync("/v1/kick-jobs", """{"app":"default","users":["bob","off"],"reason":"moving"}""", ("Idempotency-Key", "move-1"));
        var job = answer.Good(HttpStatusCode.Accepted);
        var again = (await http.PostAsync("/v1/kick-jobs", """{"app":"default","users":["bob","off"],"reason":"moving","key":"move-1"}""")).Good(HttpStatusCode.Accepted);
        var other = await http.PostAsync("/v1/kick-jobs", """{"app":"default","everybody":true,"key":"move-1"}""");
        await using var events = await HttpEvents.OpenAsync(http, "GET", $"{answer.Headers["Location"]}/events");
        var states = new List<string>();
        while (await events.NextAsync() is { } told)
        {
            Assert.Equal(("job", (string?)job["id"]), (told.Name, (string?)told.Data!["id"]));
            states.Add($"{told.Data["state"]} {told.Data["ended"]} {told.Data["offline"]!.ToJsonString()}");
        }

        Assert.Equal((string?)job["id"], (string?)again["id"]);
        Assert.Equal((409, "conflict"), (other.Status, (string?)other.Json["reason"]));
        Assert.Equal("done 1 [\"off\"]", states[^1]);
        var read = (await http.GetAsync(answer.Headers["Location"])).Good();
        Assert.Equal(("done", 1), ((string?)read["state"], (int)read["found"]!));
        var cancelled = (await http.PostAsync($"/v1/kick-jobs/{job["id"]}/cancel", null)).Good();
        Assert.Equal("done", (string?)cancelled["state"]);
    }

    [Fact]
    public async Task StartKick_TwoTargetsOrNone_IsRefused()
    {
        await using var world = await KickWorld.StartAsync();
        using var http = new HttpCaller(world.Center.HttpAddress, world.Key);

        (await http.PostAsync("/v1/kick-jobs", """{"app":"default","users":["bob"],"everybody":true}"""))
            .IsProblem(400, "invalid_argument", "everybody: users is given too; give one of them.", "everybody");
        (await http.PostAsync("/v1/kick-jobs", """{"app":"default","everybody":false}"""))
            .IsProblem(400, "invalid_argument", "target: there is none; it takes users, device, room or everybody.", "target");
        (await http.PostAsync("/v1/kick-jobs", """{"app":"default","device":{"user":"bob","device":7}}"""))
            .IsProblem(400, "invalid_argument", "device.device: it is the number 7; it takes text.", "device.device");
    }

    [Fact]
    public async Task GetKick_JobOfAnotherApp_IsNotFound()
    {
        await using var world = await KickWorld.StartAsync();
        using var http = new HttpCaller(world.Center.HttpAddress, world.Key);
        using var ofShop = new HttpCaller(world.Center.HttpAddress, world.ShopKey);
        var id = (string)(await http.PostAsync("/v1/kick-jobs", """{"app":"default","everybody":true}""")).Good(HttpStatusCode.Accepted)["id"]!;
        var sentence = $"id: there is no kick job '{id}' of an app that the key is for.";

        (await ofShop.GetAsync($"/v1/kick-jobs/{id}")).IsProblem(404, "not_found", sentence, "id");
        (await ofShop.GetAsync($"/v1/kick-jobs/{id}/events")).IsProblem(404, "not_found", sentence, "id");
        (await ofShop.PostAsync($"/v1/kick-jobs/{id}/cancel", null)).IsProblem(404, "not_found", sentence, "id");
        (await ofShop.PostAsync("/v1/kick-jobs", """{"room":"room-1"}"""))
            .IsProblem(403, "forbidden", "API key 'shop' is not for all apps, which this call needs.");
    }
}
