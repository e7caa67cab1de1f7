using System.Diagnostics;
using System.Text.Json;
using Microservices.Center.Tests.Support;
using Microservices.Testing;

namespace Microservices.Center.Tests.Components;

/// <summary>The official gRPC client of another language, with stubs that it makes itself from center.proto.</summary>
public sealed class PythonTests
{
    [Fact]
    public async Task Calls_OfGrpcio_AreAnswered()
    {
        await using var world = await World.StartAsync();
        var room = await world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob", "phone");

        using var seen = JsonDocument.Parse(await RunAsync("center_client.py", world.Center, world.Key));

        var root = seen.RootElement;
        Assert.Equal("""{"bob": ["SENT", "room-1/phone"], "nobody": ["OFFLINE"], "J\u00fcrgen": ["OFFLINE"]}""", root.GetProperty("push").GetRawText());
        Assert.Equal("""{"bob": ["room-1"], "nobody": []}""", root.GetProperty("presence").GetRawText());
        Assert.Equal("""["bob"]""", root.GetProperty("online").GetRawText());
        Assert.Equal(43, root.GetProperty("token_length").GetInt32());
        Assert.Equal("""["SENT"]""", root.GetProperty("kick").GetRawText());
        Assert.Equal("""[["KEPT", 1, false], ["KEPT", 1, true]]""", root.GetProperty("kept").GetRawText());
        Assert.Equal((1, 1), (root.GetProperty("inbox").GetInt32(), root.GetProperty("pending").GetInt32()));
        const string KeyNeeded = "This call needs a valid API key in the metadata: authorization: Bearer mk_<id>_<secret>.";
        Assert.Equal(("UNAUTHENTICATED", "unauthenticated", KeyNeeded), Refusal("no_key"));
        Assert.Equal(("UNAUTHENTICATED", "unauthenticated", KeyNeeded), Refusal("wrong_key"));
        Assert.Equal(("NOT_FOUND", "unknown_app", "There is no app 'nothing'."), Refusal("unknown_app"));
        Assert.Equal(("INVALID_ARGUMENT", "invalid_argument", "users[1]: 'Jürgen' is there twice; users must not repeat."), Refusal("repeated_user"));
        await Eventually.HoldsAsync(() => room.Messages.Count == 2, "push and kick came to the room");
        Assert.Equal(root.GetProperty("message_id").GetString(), room.Messages[0].Id);
        Assert.Equal("grüße", room.Messages[0].Delivery.Push.Payload.ToStringUtf8());
        Assert.Equal((4001u, "bye"), (room.Messages[1].Close.Code, room.Messages[1].Close.Message));

        (string?, string?, string?) Refusal(string name)
        {
            var refusal = root.GetProperty(name);
            return (refusal.GetProperty("status").GetString(), refusal.GetProperty("code").GetString(), refusal.GetProperty("details").GetString());
        }
    }

    [Fact]
    public async Task KickJob_OfGrpcio_IsWatchedToItsEnd()
    {
        await using var world = await KickWorld.StartAsync();
        for (var i = 0; i < 1_200; i++)
        {
            world.Register.Sessions.Login($"user-{i}");
        }

        using var seen = JsonDocument.Parse(await RunAsync("kick_client.py", world.Center, world.Key));

        var root = seen.RootElement;
        Assert.True(root.GetProperty("same").GetBoolean());
        Assert.Equal("""["DONE", 1200, 1200, 0]""", root.GetProperty("last").GetRawText());
        Assert.Equal(("ABORTED", "conflict"), Refusal("conflict"));
        Assert.Equal(("NOT_FOUND", "not_found"), Refusal("unknown"));
        Assert.Equal(("UNAUTHENTICATED", "unauthenticated"), Refusal("no_key"));
        Assert.Equal("moving", world.Register.Sessions.Kicks[0].Reason);

        (string?, string?) Refusal(string name) =>
            (root.GetProperty(name).GetProperty("status").GetString(), root.GetProperty(name).GetProperty("code").GetString());
    }

    [Fact]
    public async Task WatchPresence_OfGrpcio_KeepsACopy()
    {
        await using var world = await World.StartAsync();
        var room = await world.OpenRoomAsync("room-1");
        await room.LoginAsync("ann", "phone");
        await room.LoginAsync("bob", "desk");

        using var seen = JsonDocument.Parse(await RunAsync("watch_client.py", world.Center, world.Key));

        var root = seen.RootElement;
        Assert.Equal("""["STARTED"]""", root.GetProperty("whys").GetRawText());
        Assert.Equal("""["ann", "bob"]""", root.GetProperty("first").GetRawText());
        Assert.Equal("""[["OFFLINE", "bob", "desk", "kicked"]]""", root.GetProperty("changes").GetRawText());
        Assert.Equal("""["ann"]""", root.GetProperty("last").GetRawText());
        Assert.Equal("unknown_app", root.GetProperty("unknown").GetProperty("code").GetString());
        Assert.Equal("unauthenticated", root.GetProperty("no_key").GetProperty("code").GetString());
    }

    private static async Task<string> RunAsync(string script, RunningCenter center, string key)
    {
        const string Python = "/usr/bin/python3";
        DebianPackage.Require("python3-grpcio", "/usr/lib/python3/dist-packages/grpc/__init__.py");
        DebianPackage.Require("python3-grpc-tools", "/usr/lib/python3/dist-packages/grpc_tools/protoc.py");
        var start = new ProcessStartInfo(
            Python,
            [
                Path.Combine(AppContext.BaseDirectory, "Python", script),
                Path.Combine(Repository.Root, "proto"),
                $"{center.Address.Host}:{center.Address.Port}",
                key,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"The Python client ended with {process.ExitCode}: {await errors}");
        return await output;
    }
}
