using Microservices.Center.Kept;

namespace Microservices.Center.Tests.Kept;

public sealed class KeptOptionsValidatorTests
{
    [Fact]
    public void Validate_Defaults_AreAllowed() => Assert.True(new KeptOptionsValidator().Validate(null, new KeptOptions()).Succeeded);

    [Fact]
    public void Validate_BadValues_NamesEach()
    {
        var bad = new KeptOptions
        {
            ConcurrentCalls = 65,
            MaxWaitingMessages = 999,
            MaxWaitingBytes = 1,
            RetryFor = TimeSpan.FromSeconds(31),
            BusPatience = TimeSpan.Zero,
        };

        var faults = new KeptOptionsValidator().Validate(null, bad).Failures!.ToArray();

        Assert.Equal(
            [
                "Property Kept:ConcurrentCalls: 65 is not between 1 and 64.",
                "Property Kept:MaxWaitingMessages: 999 is not between 1,000 and 10,000,000.",
                "Property Kept:MaxWaitingBytes: 1 is not between 4 MiB and 1 TiB.",
                "Property Kept:RetryFor: 00:00:31 is not between 0 and 30 s.",
                "Property Kept:BusPatience: 00:00:00 is not between 1 ms and 30 s.",
            ],
            faults);
    }
}
