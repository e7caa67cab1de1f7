using Microservices.Contracts.Register;
using Microservices.Register.Apps;
using Microservices.Testing.Tokens;

namespace Microservices.Register.Tests.Apps;

public sealed class AppRulesTests
{
    public static TheoryData<string, string[]> Broken => new()
    {
        { """{"name":""}""", ["app.name", "0"] },
        { """{"name":"A"}""", ["app.name", "a-z"] },
        { """{"name":"a","devices":7}""", ["app.devices", "7"] },
        { """{"name":"a","sender":"\u0001"}""", ["app.sender", "control"] },
        { """{"name":"a","maxPayloadBytes":1048577}""", ["app.max_payload_bytes", "1048577", "1048576"] },
        { """{"name":"a","chat":{"maxRecipients":10001}}""", ["app.chat.max_recipients", "10001", "10000"] },
        { """{"name":"a","chat":{"maxPerSecond":10001}}""", ["app.chat.max_per_second", "10001", "10000"] },
        { """{"name":"a","chat":{"burst":100001}}""", ["app.chat.burst", "100001", "100000"] },
        { """{"name":"a","liveness":{"silenceLimitMs":999}}""", ["app.liveness.silence_limit_ms", "999", "1000"] },
        { """{"name":"a","liveness":{"minHeartbeatMs":499}}""", ["app.liveness.min_heartbeat_ms", "499", "500"] },
        { """{"name":"a","liveness":{"maxHeartbeatMs":86400001}}""", ["app.liveness.max_heartbeat_ms", "86400001", "86400000"] },
        { """{"name":"a","liveness":{"defaultHeartbeatMs":1}}""", ["app.liveness.default_heartbeat_ms", "1 ", "500"] },
        { """{"name":"a","liveness":{"minHeartbeatMs":5000,"maxHeartbeatMs":4000}}""", ["app.liveness.min_heartbeat_ms", "5000", "4000"] },
        { """{"name":"a","liveness":{"minHeartbeatMs":5000,"defaultHeartbeatMs":4000}}""", ["app.liveness.default_heartbeat_ms", "5000", "4000"] },
        { """{"name":"a","liveness":{"maxHeartbeatMs":5000,"defaultHeartbeatMs":6000}}""", ["app.liveness.default_heartbeat_ms", "5000", "6000"] },
        { """{"name":"a","liveness":{"preset":7}}""", ["app.liveness.preset", "7"] },
        { """{"name":"a","liveness":{"cursorThreshold":1}}""", ["app.liveness.cursor_threshold", "1 ", "2 to 100"] },
        { """{"name":"a","liveness":{"cursorThreshold":101}}""", ["app.liveness.cursor_threshold", "101", "2 to 100"] },
        { """{"name":"a","liveness":{"cursorStart":100}}""", ["app.liveness.cursor_start", "100", "1 to 99"] },
        { """{"name":"a","liveness":{"strikes":101}}""", ["app.liveness.strikes", "101", "100"] },
        { """{"name":"a","liveness":{"awayMs":999}}""", ["app.liveness.away_ms", "999", "1000"] },
        { """{"name":"a","liveness":{"awayMs":86400001}}""", ["app.liveness.away_ms", "86400001", "86400000"] },
        { """{"name":"a","liveness":{"cursorStart":4,"cursorThreshold":4}}""", ["app.liveness.cursor_start", "4", "cursor_threshold 4"] },
        { """{"name":"a","liveness":{"preset":"LIVENESS_PRESET_STRICT","minHeartbeatMs":2001}}""", ["app.liveness.min_heartbeat_ms", "2001", "4000"] },
        { """{"name":"a","liveness":{"silenceLimitMs":10000,"minHeartbeatMs":5001}}""", ["app.liveness.min_heartbeat_ms", "5001", "10000"] },
        { """{"name":"a","keep":{"maxMessages":100001}}""", ["app.keep.max_messages", "100001", "100000"] },
        { """{"name":"a","keep":{"maxBytes":268435457}}""", ["app.keep.max_bytes", "268435457", "268435456"] },
        { """{"name":"a","keep":{"maxAgeMs":2592000001}}""", ["app.keep.max_age_ms", "2592000001", "2592000000"] },
        { """{"name":"a","keep":{"maxAgeMs":999}}""", ["app.keep.max_age_ms", "999", "1000"] },
        { """{"name":"a","keep":{"allMaxMessages":100001}}""", ["app.keep.all_max_messages", "100001", "100000"] },
        { """{"name":"a","keep":{"allMaxBytes":268435457}}""", ["app.keep.all_max_bytes", "268435457", "268435456"] },
        { """{"name":"a","keep":{"ackTimeoutMs":999}}""", ["app.keep.ack_timeout_ms", "999", "1000"] },
        { """{"name":"a","keep":{"ackTimeoutMs":600001}}""", ["app.keep.ack_timeout_ms", "600001", "600000"] },
        { """{"name":"a","keep":{"maxAttempts":10001}}""", ["app.keep.max_attempts", "10001", "10000"] },
        { """{"name":"a","keep":{"minDeadAgeMs":2592000001}}""", ["app.keep.min_dead_age_ms", "2592000001", "2592000000"] },
        { """{"name":"a","keep":{"keyWindowMs":604800001}}""", ["app.keep.key_window_ms", "604800001", "604800000"] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void FaultOf_BrokenRule_NamesFieldValueAndBound(string json, string[] words)
    {
        var fault = AppRules.FaultOf(App.Parser.ParseJson(json));

        Assert.NotNull(fault);
        Assert.All(words, word => Assert.Contains(word, $"{fault.Value.Field}: {fault.Value.Message}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"name":"a","chat":{},"liveness":{"silenceLimitMs":1000}}""")]
    [InlineData("""{"name":"a","liveness":{"silenceLimitMs":4000,"minHeartbeatMs":500,"defaultHeartbeatMs":2000,"maxHeartbeatMs":2000}}""")]
    [InlineData("""{"name":"a","liveness":{"preset":"LIVENESS_PRESET_STRICT","silenceLimitMs":10000,"minHeartbeatMs":5000}}""")]
    [InlineData("""{"name":"a","liveness":{"preset":2,"cursorStart":99,"cursorThreshold":100,"strikes":100,"awayMs":86400000,"silenceLimitMs":1000,"minHeartbeatMs":60000}}""")]
    [InlineData("""{"name":"a","liveness":{"preset":"LIVENESS_PRESET_PATIENT","cursorStart":40}}""")]
    [InlineData("""{"name":"a","keep":{"maxMessages":100000,"maxBytes":268435456,"maxAgeMs":2592000000,"ackTimeoutMs":600000,"keyWindowMs":604800000,"chat":true}}""")]
    [InlineData("""{"name":"a","keep":{"maxMessages":1,"maxBytes":1,"maxAgeMs":1000,"ackTimeoutMs":1000,"maxAttempts":1,"minDeadAgeMs":1,"keyWindowMs":1}}""")]
    public void FaultOf_GoodApp_IsNone(string json) => Assert.Null(AppRules.FaultOf(App.Parser.ParseJson(json)));

    [Theory]
    [InlineData("\"strict\"", LivenessPreset.Strict)]
    [InlineData("\"Patient\"", LivenessPreset.Patient)]
    [InlineData("\"plain\"", LivenessPreset.Plain)]
    [InlineData("\"LIVENESS_PRESET_PATIENT\"", LivenessPreset.Patient)]
    [InlineData("1", LivenessPreset.Strict)]
    public void File_PresetByAnyName_IsRead(string preset, LivenessPreset expected)
    {
        var file = AppFile.Parse($$"""[{"name":"a","devices":"per-device","liveness":{"preset":{{preset}},"silence_limit_ms":9000}, /* and so on */ }]""");

        Assert.Empty(file.Faults);
        Assert.Equal((expected, 9_000u, DevicePolicy.PerDevice), (file.Apps[0].Liveness.Preset, file.Apps[0].Liveness.SilenceLimitMs, file.Apps[0].Devices));
    }

    [Fact]
    public void File_WithKeepPolicy_FillsInWhatItDoesNotSay()
    {
        var file = AppFile.Parse("""[{"name":"a","keep":{"max_messages":50,"ack_timeout_ms":2000,"chat":true}},{"name":"b","max_payload_bytes":9}]""");

        Assert.Empty(file.Faults);
        Assert.True(file.Apps[0].Keep.Chat);
        var (a, b) = (Keeping.Of(file.Apps[0]), Keeping.Of(file.Apps[1]));
        Assert.Equal((50, 4_194_304, TimeSpan.FromSeconds(2), TimeSpan.FromDays(1)), (a.Inbox.MaxMessages, a.Inbox.MaxBytes, a.Inbox.AckTimeout, a.Inbox.KeyWindow));
        Assert.Equal((1_000, 16_777_216), (a.All.MaxMessages, a.All.MaxBytes));
        Assert.Equal((TimeSpan.FromDays(7), 16, TimeSpan.FromMinutes(10), 32_768), (a.MaxAge, a.MaxAttempts, a.MinDeadAge, a.MaxPayloadBytes));
        Assert.Equal((1_000, TimeSpan.FromSeconds(30), 9), (b.Inbox.MaxMessages, b.Inbox.AckTimeout, b.MaxPayloadBytes));
    }

    [Theory]
    [InlineData("\"signed\"", TokenKinds.Signed)]
    [InlineData("\"Both\"", TokenKinds.Both)]
    [InlineData("\"TOKEN_KINDS_SIGNED\"", TokenKinds.Signed)]
    public void File_WithKeysOfTokens_IsRead(string kinds, TokenKinds expected)
    {
        var key = TestKey.Create("ES256", "ec-1");

        var file = AppFile.Parse($$"""[{"name":"a","tokens":{"kinds":{{kinds}},"keys":[{{key.Jwk.ToJsonString()}}],"audiences":["b"],"max_lifetime_ms":60000} }]""");

        Assert.Empty(file.Faults);
        Assert.Equal((expected, "ec-1", 60_000u), (file.Apps[0].Tokens.Kinds, file.Apps[0].Tokens.Keys[0].Kid, file.Apps[0].Tokens.MaxLifetimeMs));
    }

    [Theory]
    [InlineData("""[{"name":"a","keep":{"max_age_ms":5}}]""", "app.keep.max_age_ms")]
    [InlineData("""[{"name":"a","tokens":{"kinds":"loose"}}]""", "LOOSE")]
    [InlineData("""[{"name":"a","tokens":{"keys":[{"kid":"k","alg":"RS256","d":"private"}]}}]""", "JSON list")]
    [InlineData("""[{"name":"a","liveness":{"preset":"sloppy"}}]""", "SLOPPY")]
    [InlineData("""[{"name":"a","liveness":{"preset":9}}]""", "app.liveness.preset")]
    [InlineData("""[{"name":"a","liveness":{"preset":"strict","preset":"plain"}}]""", "JSON list")]
    [InlineData("""[null]""", "JSON list")]
    [InlineData("""null""", "JSON list")]
    [InlineData("{}", "JSON list")]
    [InlineData("[", "JSON list")]
    [InlineData("""[{"name":"a","nonsense":1}]""", "nonsense")]
    [InlineData("""[{"name":"A"}]""", "app.name")]
    [InlineData("""[{"name":"a"},{"name":"a"}]""", "2 times")]
    public void File_WithFault_SaysIt(string json, string word) =>
        Assert.Contains(AppFile.Parse(json).Faults, fault => fault.Contains(word, StringComparison.Ordinal));
}
