using Microsoft.Extensions.Options;

namespace Microservices.Bus.Tests;

public sealed class BusOptionsTests
{
    [Fact]
    public void Validate_DefaultsWithAnAddress_Pass() => Assert.True(Validate(new BusOptions { Uri = "amqp://rabbit" }).Succeeded);

    [Fact]
    public void Validate_InProcess_NeedsNoAddress() => Assert.True(Validate(new BusOptions { Kind = "in-process" }).Succeeded);

    [Fact]
    public void Validate_SeveralBadValues_AllAreNamedWithTheirBounds()
    {
        var result = Validate(new BusOptions { Kind = "rabbitmq", MaxInFlight = 0, PublishTimeout = TimeSpan.FromHours(1), UplinkPrefetch = 257 });

        Assert.Equal(4, result.Failures!.Count());
        Assert.Contains("Bus:Uri", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("Bus:MaxInFlight: 0 is out of bounds; 1 to 65535", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("Bus:PublishTimeout: 01:00:00 is out of bounds; 00:00:00.1000000 to 00:01:00", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("Bus:UplinkPrefetch: 257 is out of bounds; 1 to 256", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_UnknownKind_NamesThoseThatExist() =>
        Assert.Contains("'kafka' is not a kind of bus; 'rabbitmq' and 'in-process' are", Validate(new BusOptions { Kind = "kafka" }).FailureMessage, StringComparison.Ordinal);

    [Fact]
    public void Validate_UriAndUriFile_OneOfTheTwo() =>
        Assert.True(Validate(new BusOptions { Uri = "amqp://rabbit", UriFile = "/etc/hostname" }).Failed);

    [Fact]
    public void Validate_MissingUriFile_NamesIt() =>
        Assert.Contains("/no/such/file", Validate(new BusOptions { UriFile = "/no/such/file" }).FailureMessage, StringComparison.Ordinal);

    private static ValidateOptionsResult Validate(BusOptions options) => new BusOptionsValidator().Validate(null, options);
}
