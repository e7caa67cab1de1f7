using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;

namespace Microservices.Register.Tests.Apps;

public sealed class AppsServiceTests
{
    [Fact]
    public async Task Default_WithoutFile_ExistsWithChatToUsersOnly()
    {
        await using var register = await RunningRegister.StartAsync();

        var app = await register.Apps.GetAsync(new GetAppRequest { Name = "default" });

        Assert.Equal((true, false), (app.Chat.Users, app.Chat.Broadcast));
        Assert.True(app.Revision > 0);
    }

    [Fact]
    public async Task File_AtStart_CreatesItsApps()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """[{"name":"default","chat":{"users":true,"broadcast":true}},{"name":"shop","devices":"DEVICE_POLICY_PER_DEVICE","liveness":{"silence_limit_ms":4000}}]""");

        await using var register = await RunningRegister.StartAsync(("Apps:File", file));

        var apps = (await register.Apps.ListAsync(new ListAppsRequest())).Apps;
        Assert.Equal(["default", "shop"], apps.Select(app => app.Name));
        Assert.True(apps[0].Chat.Broadcast);
        Assert.Equal((DevicePolicy.PerDevice, 4_000u), (apps[1].Devices, apps[1].Liveness.SilenceLimitMs));
        File.Delete(file);
    }

    [Fact]
    public async Task Put_WithRevision_SucceedsOnlyOnTheStoredOne()
    {
        await using var register = await RunningRegister.StartAsync();
        var first = (await register.Apps.PutAsync(new PutAppRequest { App = new App { Name = "shop" }, IfRevision = 0 })).App;

        var second = (await register.Apps.PutAsync(new PutAppRequest { App = new App { Name = "shop", Sender = "x" }, IfRevision = first.Revision })).App;

        Assert.True(second.Revision > first.Revision);
        (await Caller.FaultAsync(register.Apps.PutAsync(new PutAppRequest { App = new App { Name = "shop" }, IfRevision = first.Revision })))
            .Is(StatusCode.Aborted, "if_revision", $"{first.Revision}", $"{second.Revision}");
        Assert.Equal(second, await register.Apps.GetAsync(new GetAppRequest { Name = "shop" }));
    }

    [Fact]
    public async Task Put_ThenClaim_UsesTheNewPolicy()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await register.Apps.PutAsync(new PutAppRequest { App = new App { Name = "shop", Devices = DevicePolicy.PerDevice } });
        var token = await register.IssueAsync("ann", "shop");

        var results = await register.ClaimAsync(
            room.Incarnation,
            Caller.Claim("ann", token, 1, "shop", "phone"),
            Caller.Claim("ann", token, 2, "shop", "tablet"),
            Caller.Claim("ann", token, 3, "shop"));

        Assert.Equal(ClaimResult.Types.Outcome.Invalid, results[2].Outcome);
        Assert.Contains("one session per device", results[2].Message, StringComparison.Ordinal);
        Assert.Equal(["phone", "tablet"], (await register.LookupAsync("ann", "shop")).Select(session => session.Device).Order());
    }

    [Fact]
    public async Task Watch_OfApps_SendsAllThenChanges()
    {
        await using var register = await RunningRegister.StartAsync();
        using var watch = register.Apps.Watch(new WatchAppsRequest());
        Assert.True(await watch.ResponseStream.MoveNext(default));
        Assert.True(watch.ResponseStream.Current.Whole);
        Assert.Equal("default", Assert.Single(watch.ResponseStream.Current.Apps).Name);

        await register.Apps.PutAsync(new PutAppRequest { App = new App { Name = "shop" } });

        Assert.True(await watch.ResponseStream.MoveNext(default));
        Assert.False(watch.ResponseStream.Current.Whole);
        Assert.Equal("shop", Assert.Single(watch.ResponseStream.Current.Apps).Name);
    }

    [Fact]
    public async Task Get_OfUnknownApp_IsNotFound()
    {
        await using var register = await RunningRegister.StartAsync();

        (await Caller.FaultAsync(register.Apps.GetAsync(new GetAppRequest { Name = "nothing" }))).Is(StatusCode.NotFound, "nothing");
        (await Caller.FaultAsync(register.Apps.GetAsync(new GetAppRequest { Name = "No!" }))).Is(StatusCode.InvalidArgument, "name", "a-z");
        (await Caller.FaultAsync(register.Apps.PutAsync(new PutAppRequest()))).Is(StatusCode.InvalidArgument, "app");
    }
}
