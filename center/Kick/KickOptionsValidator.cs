using Microsoft.Extensions.Options;

namespace Microservices.Center.Kick;

internal sealed class KickOptionsValidator : IValidateOptions<KickOptions>
{
    public ValidateOptionsResult Validate(string? name, KickOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.SessionsPerSecond is < 1 or > 1_000_000)
        {
            faults.AddError($"{options.SessionsPerSecond} is not between 1 and 1,000,000.", "Kick:SessionsPerSecond");
        }

        if (options.IncompleteLimit < TimeSpan.Zero || options.IncompleteLimit > TimeSpan.FromHours(1))
        {
            faults.AddError($"{options.IncompleteLimit} is not between 0 and 1 hour.", "Kick:IncompleteLimit");
        }

        return faults.Build();
    }
}
