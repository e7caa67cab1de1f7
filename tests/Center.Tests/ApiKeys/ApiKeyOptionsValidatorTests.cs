using Microservices.Center.ApiKeys;
using Microservices.Testing;

namespace Microservices.Center.Tests.ApiKeys;

public sealed class ApiKeyOptionsValidatorTests
{
    [Fact]
    public void Validate_NoFile_SaysHowToMakeOne()
    {
        var result = new ApiKeyOptionsValidator().Validate(null, new ApiKeyOptions());

        Assert.Contains("The center needs a file of API keys", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("create-key --file", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SeveralFaults_NamesAll()
    {
        var options = new ApiKeyOptions { File = "/nowhere/keys.json", ReloadEvery = TimeSpan.Zero, MaxFailuresPerMinute = 0, MaxTrackedAddresses = 0 };

        var result = new ApiKeyOptionsValidator().Validate(null, options);

        Assert.Contains("There is no file '/nowhere/keys.json'", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("ApiKeys:ReloadEvery", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("ApiKeys:MaxFailuresPerMinute", result.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("ApiKeys:MaxTrackedAddresses", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_InvalidFile_NamesItsFault()
    {
        using var folder = new TempFolder();

        var result = new ApiKeyOptionsValidator().Validate(null, new ApiKeyOptions { File = folder.Write("keys.json", "[{}]") });

        Assert.Contains("key 1: id is missing", result.FailureMessage, StringComparison.Ordinal);
    }
}
