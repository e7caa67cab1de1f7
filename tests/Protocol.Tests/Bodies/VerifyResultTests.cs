using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Tests.Bodies;

public sealed class VerifyResultTests
{
    [Theory]
    [InlineData("""{"code":1,"resumed":true}""", true)]
    [InlineData("""{"code":1,"resumed":false}""", false)]
    [InlineData("""{"code":1,"resumed":null}""", false)]
    [InlineData("""{"code":1}""", false)]
    public void Read_Resumed_IsTakenFromJson(string json, bool resumed) => Assert.Equal(resumed, Samples.FromJson<VerifyResult>(json).Resumed);

    [Theory]
    [InlineData("""{"resumed":1}""")]
    [InlineData("""{"resumed":"true"}""")]
    [InlineData("""{"resumed":[true]}""")]
    public void Read_ResumedOfAnotherType_IsRefused(string json) =>
        Assert.Equal(Code.MalformedBody, Assert.Throws<ProtocolException>(() => Samples.FromJson<VerifyResult>(json)).Code);

    [Fact]
    public void Write_Resumed_IsTheSameAfterReading()
    {
        var result = new VerifyResult { Code = 1, Resume = "ticket", Resumed = true };

        Assert.All(new uint[] { 1, 2 }, version => Assert.True(Samples.Decode<VerifyResult>(Samples.Encode(result, version), version).Resumed));
    }
}
