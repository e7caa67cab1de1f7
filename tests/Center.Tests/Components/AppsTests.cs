using Google.Protobuf;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;

namespace Microservices.Center.Tests.Components;

public sealed class AppsTests : IAsyncLifetime
{
    private static readonly AppDescription Full = new()
    {
        Name = "full",
        SessionPerDevice = true,
        ChatUsers = true,
        ChatBroadcast = true,
        ChatMaxRecipients = 7,
        ChatMaxPerSecond = 8,
        ChatBurst = 9,
        SilenceLimitMs = 4_000,
        MinHeartbeatMs = 1_000,
        MaxHeartbeatMs = 3_000,
        DefaultHeartbeatMs = 2_000,
        Sender = "the full app",
        MaxPayloadBytes = 10,
        LivenessPreset = "patient",
        LivenessCursorStart = 2,
        LivenessCursorThreshold = 6,
        LivenessStrikes = 4,
        LivenessAwayMs = 30_000,
        InboxMaxMessages = 11,
        InboxMaxBytes = 1_048_576,
        KeepMaxAgeMs = 3_600_000,
        AllMaxMessages = 12,
        AllMaxBytes = 2_097_152,
        AckTimeoutMs = 5_000,
        MaxAttempts = 13,
        MinDeadAgeMs = 60_000,
        KeyWindowMs = 120_000,
        KeepChat = true,
    };

    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task PutApp_EveryField_ComesBack()
    {
        var put = await _world.Client.PutAppAsync(new PutAppRequest { App = Full });
        var got = await _world.Client.GetAppAsync(new GetAppRequest { Name = "full" });
        var listed = (await _world.Client.ListAppsAsync(new ListAppsRequest())).Apps.Single(app => app.Name == "full");

        Assert.Equal(new AppDescription(Full) { Revision = put.Revision }, put);
        Assert.NotEqual(0ul, put.Revision);
        Assert.Equal(put, got);
        Assert.Equal(put, listed);
        Assert.All(AppDescription.Descriptor.Fields.InDeclarationOrder(), field => Assert.False(field.Accessor.GetValue(put) is 0u or "" or false));
    }

    [Fact]
    public async Task PutApp_ThenPush_HoldsTheNewLimit()
    {
        var push = new PushRequest { App = "full", Users = new Users { Users_ = { "bob" } }, Payload = ByteString.CopyFromUtf8("0123456789a") };
        await _world.Client.PutAppAsync(new PutAppRequest { App = Full });
        await Refused.WithAsync(RefusalCode.PayloadTooLarge, "payload: it has 11 bytes; the limit of app 'full' is 10.", _world.Client.PushAsync(push));

        await _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription(Full) { MaxPayloadBytes = 11 } });

        Assert.Single((await _world.Client.PushAsync(push)).Outcomes);
    }

    [Fact]
    public async Task PutApp_OtherRevision_IsAConflict()
    {
        var put = await _world.Client.PutAppAsync(new PutAppRequest { App = Full, IfRevision = 0 });

        await _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription(Full) { Sender = "another" }, IfRevision = put.Revision });
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(
            async () => await _world.Client.PutAppAsync(new PutAppRequest { App = Full, IfRevision = put.Revision }));

        Assert.Equal((RefusalCode.Conflict.Status, "conflict"), (refused.StatusCode, refused.Trailers.GetValue("code")));
        Assert.StartsWith("if_revision: ", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_BadInput_AreRefusedWithFieldValueAndLimit()
    {
        await Refused.WithAsync(
            RefusalCode.InvalidArgument, "app.name: app has 0 characters; it takes 1 to 32.", _world.Client.PutAppAsync(new PutAppRequest()));
        await Refused.WithAsync(RefusalCode.UnknownApp, "There is no app 'nothing'.", _world.Client.GetAppAsync(new GetAppRequest { Name = "nothing" }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "app.silence_limit_ms: 1 is outside of 1000 to 86400000 (0 = the default)",
            _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "x", SilenceLimitMs = 1 } }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "app.chat_max_recipients: 10001 is outside of 1 to 10000 (0 = the default)",
            _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "x", ChatMaxRecipients = 10_001 } }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "app.liveness_preset: 'sloppy' is none of plain, strict, patient",
            _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "x", LivenessPreset = "sloppy" } }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "app.liveness_preset: 9 is no preset of liveness",
            _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "x", LivenessPreset = "9" } }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "app.liveness_cursor_start: 5 is not less than liveness_cursor_threshold 4",
            _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "x", LivenessCursorStart = 5, LivenessCursorThreshold = 4 } }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "app.liveness_strikes: 101 is outside of 1 to 100 (0 = the default)",
            _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "x", LivenessStrikes = 101 } }));
    }
}
