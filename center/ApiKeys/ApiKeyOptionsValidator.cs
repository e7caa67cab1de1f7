using Microsoft.Extensions.Options;

namespace Microservices.Center.ApiKeys;

internal sealed class ApiKeyOptionsValidator : IValidateOptions<ApiKeyOptions>
{
    private const string HowTo = "Make one with: Microservices.Center create-key --file api-keys.json --id NAME --apps APP,… --scopes push,…";

    public ValidateOptionsResult Validate(string? name, ApiKeyOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        CheckFile(options.File, faults);
        if (options.ReloadEvery < TimeSpan.FromMilliseconds(100) || options.ReloadEvery > TimeSpan.FromHours(1))
        {
            faults.AddError($"{options.ReloadEvery} is not between 0.1 s and 1 h.", "ApiKeys:ReloadEvery");
        }

        if (options.MaxFailuresPerMinute is < 1 or > 1_000_000)
        {
            faults.AddError($"{options.MaxFailuresPerMinute} is not between 1 and 1,000,000.", "ApiKeys:MaxFailuresPerMinute");
        }

        if (options.MaxTrackedAddresses is < 1 or > 1_000_000)
        {
            faults.AddError($"{options.MaxTrackedAddresses} is not between 1 and 1,000,000.", "ApiKeys:MaxTrackedAddresses");
        }

        return faults.Build();
    }

    private static void CheckFile(string? path, ValidateOptionsResultBuilder faults)
    {
        if (string.IsNullOrEmpty(path))
        {
            faults.AddError($"The center needs a file of API keys. {HowTo}", "ApiKeys:File");
            return;
        }

        if (!File.Exists(path))
        {
            faults.AddError($"There is no file '{path}'. {HowTo}", "ApiKeys:File");
            return;
        }

        try
        {
            ApiKeyFile.Parse(path, ApiKeyFile.ReadBytes(path));
        }
        catch (Exception fault) when (fault is ApiKeyFileException or IOException or UnauthorizedAccessException)
        {
            faults.AddError(fault.Message, "ApiKeys:File");
        }
    }
}
