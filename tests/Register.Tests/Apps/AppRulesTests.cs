using Microservices.Contracts.Register;
using Microservices.Register.Apps;

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
        { """{"name":"a","liveness":{"silenceLimitMs":999}}""", ["app.liveness.silence_limit_ms", "999", "1000"] },
        { """{"name":"a","liveness":{"minHeartbeatMs":499}}""", ["app.liveness.min_heartbeat_ms", "499", "500"] },
        { """{"name":"a","liveness":{"maxHeartbeatMs":86400001}}""", ["app.liveness.max_heartbeat_ms", "86400001", "86400000"] },
        { """{"name":"a","liveness":{"defaultHeartbeatMs":1}}""", ["app.liveness.default_heartbeat_ms", "1 ", "500"] },
        { """{"name":"a","liveness":{"minHeartbeatMs":5000,"maxHeartbeatMs":4000}}""", ["app.liveness.min_heartbeat_ms", "5000", "4000"] },
        { """{"name":"a","liveness":{"minHeartbeatMs":5000,"defaultHeartbeatMs":4000}}""", ["app.liveness.default_heartbeat_ms", "5000", "4000"] },
        { """{"name":"a","liveness":{"maxHeartbeatMs":5000,"defaultHeartbeatMs":6000}}""", ["app.liveness.default_heartbeat_ms", "5000", "6000"] },
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
    public void FaultOf_GoodApp_IsNone(string json) => Assert.Null(AppRules.FaultOf(App.Parser.ParseJson(json)));

    [Theory]
    [InlineData("{}", "JSON list")]
    [InlineData("[", "JSON list")]
    [InlineData("""[{"name":"a","nonsense":1}]""", "nonsense")]
    [InlineData("""[{"name":"A"}]""", "app.name")]
    [InlineData("""[{"name":"a"},{"name":"a"}]""", "2 times")]
    public void File_WithFault_SaysIt(string json, string word) =>
        Assert.Contains(AppFile.Parse(json).Faults, fault => fault.Contains(word, StringComparison.Ordinal));
}
