using Microsoft.Extensions.Options;

namespace Microservices.Center.Console;

internal sealed class ConsoleOptionsValidator : IValidateOptions<ConsoleOptions>
{
    public ValidateOptionsResult Validate(string? name, ConsoleOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.SessionLifetime < TimeSpan.FromSeconds(1) || options.SessionLifetime > TimeSpan.FromDays(7))
        {
            faults.AddError($"{options.SessionLifetime} is not between 1 s and 7 days.", "Console:SessionLifetime");
        }

        if (options.IdleTimeout < TimeSpan.FromSeconds(1) || options.IdleTimeout > TimeSpan.FromDays(7))
        {
            faults.AddError($"{options.IdleTimeout} is not between 1 s and 7 days.", "Console:IdleTimeout");
        }

        if (options.KeysFolder is { } folder && !Directory.Exists(folder))
        {
            faults.AddError($"There is no folder '{folder}'.", "Console:KeysFolder");
        }

        if (options.MaxFormBytes is < (64 << 10) or > (16 << 20))
        {
            faults.AddError($"{options.MaxFormBytes} is not between 64 KiB and 16 MiB.", "Console:MaxFormBytes");
        }

        if (options.MaxSearchedSessions is < 1_000 or > 1_000_000)
        {
            faults.AddError($"{options.MaxSearchedSessions} is not between 1,000 and 1,000,000.", "Console:MaxSearchedSessions");
        }

        if (options.MaxSearches is < 1 or > 1_000)
        {
            faults.AddError($"{options.MaxSearches} is not between 1 and 1,000.", "Console:MaxSearches");
        }

        if (options.MaxRemembered is < 100 or > 1_000_000)
        {
            faults.AddError($"{options.MaxRemembered} is not between 100 and 1,000,000.", "Console:MaxRemembered");
        }

        return faults.Build();
    }
}
