using Microservices.Hosting.ServiceAuth;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting.Tests.ServiceAuth;

public sealed class ServiceAuthOptionsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Create_NoSecret_SaysHowToMakeOne()
    {
        var fault = FaultOf([]);

        Assert.Contains("head -c 32 /dev/urandom", fault, StringComparison.Ordinal);
        Assert.Contains("ServiceAuth:SecretFile", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ShortSecret_NamesLengthAndLimitButNotTheSecret()
    {
        var fault = FaultOf([new("ServiceAuth:Secret", "tooshort")]);

        Assert.Contains("8 characters; the least is 16", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("tooshort", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_MissingFile_NamesIt()
    {
        var fault = FaultOf([new("ServiceAuth:SecretFile", "/nowhere/service.secret")]);

        Assert.Contains("/nowhere/service.secret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_SeveralBadValues_NamesAllOfThem()
    {
        var fault = Assert.Throws<AggregateException>(() => TestService.Create(
            static builder => builder.Services.AddRegisterClient(),
            configuration: [new("Admin:Port", "70000"), new("Admin:Address", "nowhere")]));

        Assert.Contains("70000", fault.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ServiceAuth", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SecretInASettingsFile_IsRefused()
    {
        File.WriteAllText(_file, """{"ServiceAuth":{"Secret":"a secret that everybody reads"}}""");
        var configuration = new ConfigurationBuilder().AddJsonFile(_file).Build();

        var result = new ServiceAuthOptionsValidator(configuration).Validate(null, new() { Secret = "a-secret-that-everybody-reads" });

        Assert.Contains("the settings file", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SecretOnTheCommandLine_IsRefused()
    {
        var configuration = new ConfigurationBuilder().AddCommandLine(["--ServiceAuth:Secret=a-secret-that-everybody-reads"]).Build();

        var result = new ServiceAuthOptionsValidator(configuration).Validate(null, new() { Secret = "a-secret-that-everybody-reads" });

        Assert.Contains("the command line", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Accepts_FileWithTwoSecrets_AcceptsBothAndSendsTheFirst()
    {
        File.WriteAllText(_file, "the-new-secret-of-all\nthe-old-secret-of-all\n");

        var secret = new ServiceSecret(Options.Create(new ServiceAuthOptions { SecretFile = _file }));

        Assert.Equal("Bearer the-new-secret-of-all", secret.HeaderValue);
        Assert.True(secret.Accepts("Bearer the-new-secret-of-all"));
        Assert.True(secret.Accepts("bearer the-old-secret-of-all"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic the-secret-of-all-services")]
    [InlineData("Bearer the-secret-of-all-service")]
    [InlineData("Bearer the-secret-of-all-services ")]
    public void Accepts_AnythingElse_IsFalse(string? header)
    {
        var secret = new ServiceSecret(Options.Create(new ServiceAuthOptions { Secret = "the-secret-of-all-services" }));

        Assert.False(secret.Accepts(header));
    }

    private static string FaultOf(IEnumerable<KeyValuePair<string, string?>> configuration) =>
        Assert.Throws<OptionsValidationException>(() =>
            TestService.Create(static builder => builder.Services.AddRegisterClient(), configuration: configuration)).Message;
}
