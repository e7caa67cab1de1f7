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
        TokenKinds = "both",
        TokenKeys =
        {
            // The point of the example in RFC 7515, appendix A.3.
            new SigningKey
            {
                Kid = "ec-1",
                Alg = "ES256",
                Kty = "EC",
                Use = "sig",
                Crv = "P-256",
                X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            },
        },
        TokenAudiences = { "https://push.example" },
        TokenMaxLifetimeMs = 600_000,
        TokenClockSkewMs = 5_000,
        TokenGraceMs = 1_000,
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
    public async Task PutApp_WithASecret_NeverShowsItAndKeepsItWhenItIsLeftOut()
    {
        const string Secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        var app = new AppDescription { Name = "hidden", TokenKinds = "signed", TokenKeys = { new SigningKey { Kid = "hs-1", Alg = "HS256", K = Secret } } };
        var put = await _world.Client.PutAppAsync(new PutAppRequest { App = app });

        // As a command line changes one field: what it read goes back.
        var again = await _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription(put) { Sender = "x" }, IfRevision = put.Revision });
        var got = await _world.Client.GetAppAsync(new GetAppRequest { Name = "hidden" });
        var listed = await _world.Client.ListAppsAsync(new ListAppsRequest());

        Assert.Equal(("hs-1", ""), (Assert.Single(put.TokenKeys).Kid, put.TokenKeys[0].K));
        Assert.DoesNotContain(Secret, $"{put}{again}{got}{listed}", StringComparison.Ordinal);
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "app.token_keys[0].k: is missing, and none is stored for this kid",
            _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "hidden", TokenKinds = "signed", TokenKeys = { new SigningKey { Kid = "hs-2", Alg = "HS256" } } } }));
    }

    [Theory]
    [InlineData("loose", "app.token_kinds: 'loose' is none of stored, signed, both")]
    [InlineData("signed", "app.token_keys: there is none; signed tokens need one")]
    public async Task PutApp_WithABadPolicyOfTokens_SaysTheField(string kinds, string message) =>
        await Refused.WithAsync(
            RefusalCode.InvalidArgument, message, _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "bad", TokenKinds = kinds } }));

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
