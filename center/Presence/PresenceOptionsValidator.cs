using Microsoft.Extensions.Options;

namespace Microservices.Center.Presence;

internal sealed class PresenceOptionsValidator : IValidateOptions<PresenceOptions>
{
    public ValidateOptionsResult Validate(string? name, PresenceOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.MaxWatchers is < 1 or > 100_000)
        {
            faults.AddError($"{options.MaxWatchers} is not between 1 and 100,000.", "Presence:MaxWatchers");
        }

        if (options.MaxWaitingChanges is < 1 or > 1_000_000)
        {
            faults.AddError($"{options.MaxWaitingChanges} is not between 1 and 1,000,000.", "Presence:MaxWaitingChanges");
        }

        if (options.StartTimeout < TimeSpan.FromMilliseconds(1) || options.StartTimeout > TimeSpan.FromMinutes(1))
        {
            faults.AddError($"{options.StartTimeout} is not between 1 ms and 1 min.", "Presence:StartTimeout");
        }

        if (options.ReadNowEvery < TimeSpan.Zero || options.ReadNowEvery > TimeSpan.FromMinutes(1))
        {
            faults.AddError($"{options.ReadNowEvery} is not between 0 and 1 min.", "Presence:ReadNowEvery");
        }

        return faults.Build();
    }
}
