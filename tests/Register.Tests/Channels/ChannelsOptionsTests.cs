using Microservices.Register.Channels;

namespace Microservices.Register.Tests.Channels;

public sealed class ChannelsOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreValid() => Assert.True(new ChannelsOptionsValidator().Validate(null, new ChannelsOptions()).Succeeded);

    [Fact]
    public void Validate_BadValues_NamesEachWithItsBounds()
    {
        var options = new ChannelsOptions
        {
            LookEvery = TimeSpan.Zero,
            SweepEvery = TimeSpan.FromDays(1),
            NudgeAgain = TimeSpan.FromDays(1),
            Batch = 0,
            PartitionsAtOnce = 65,
            NudgesPerSecond = 0,
            AuditEvery = TimeSpan.FromDays(2),
        };

        var message = new ChannelsOptionsValidator().Validate(null, options).FailureMessage;

        Assert.All(
            [
                "Channels:LookEvery", "Channels:SweepEvery", "Channels:NudgeAgain", "Channels:Batch", "1 to 1000", "Channels:PartitionsAtOnce", "1 to 64",
                "Channels:NudgesPerSecond", "Channels:AuditEvery", "1.00:00:00",
            ],
            word => Assert.Contains(word, message, StringComparison.Ordinal));
    }
}
