using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting.ServiceAuth;

internal sealed class ServiceAuthOptionsValidator(IConfiguration configuration) : IValidateOptions<ServiceAuthOptions>
{
    private const string HowTo =
        "Make one with: (umask 077; head -c 32 /dev/urandom | base64 > service.secret), give every service the same file, " +
        "and name it in ServiceAuth:SecretFile (environment: ServiceAuth__SecretFile).";

    public ValidateOptionsResult Validate(string? name, ServiceAuthOptions options)
    {
        if (options.SecretFile is null && options.Secret is null)
        {
            return ValidateOptionsResult.Fail($"ServiceAuth: there is no secret for calls between services. {HowTo}");
        }

        if (options.SecretFile is not null && options.Secret is not null)
        {
            return ValidateOptionsResult.Fail("ServiceAuth: SecretFile and Secret are both given; give one.");
        }

        if (options.Secret is not null && ExposedSource() is { } source)
        {
            return ValidateOptionsResult.Fail($"ServiceAuth:Secret comes from {source}, where others can read it. {HowTo}");
        }

        return Judge(options);
    }

    private static ValidateOptionsResult Judge(ServiceAuthOptions options)
    {
        string[] secrets;
        try
        {
            secrets = ServiceSecret.Read(options);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail($"ServiceAuth:SecretFile '{options.SecretFile}' cannot be read: {fault.Message} {HowTo}");
        }

        var where = options.SecretFile is { } file ? $"the file '{file}'" : "ServiceAuth:Secret";
        if (secrets.Length == 0)
        {
            return ValidateOptionsResult.Fail($"ServiceAuth: {where} is empty. {HowTo}");
        }

        if (secrets.FirstOrDefault(static secret => secret.Length < ServiceSecret.MinLength) is { } tooShort)
        {
            return ValidateOptionsResult.Fail(
                $"ServiceAuth: a secret in {where} has {tooShort.Length} characters; the least is {ServiceSecret.MinLength}. {HowTo}");
        }

        // It travels in a header.
        return secrets.Any(static secret => secret.Any(static letter => letter is < '!' or > '~'))
            ? ValidateOptionsResult.Fail($"ServiceAuth: a secret in {where} holds something else than visible ASCII characters. {HowTo}")
            : ValidateOptionsResult.Success;
    }

    private string? ExposedSource()
    {
        if (configuration is not IConfigurationRoot root)
        {
            return null;
        }

        var provider = root.Providers.LastOrDefault(static provider => provider.TryGet($"{ServiceAuthOptions.Section}:Secret", out _));
        return provider switch
        {
            FileConfigurationProvider file => $"the settings file '{file.Source.Path}'",
            CommandLineConfigurationProvider => "the command line",
            _ => null,
        };
    }
}
