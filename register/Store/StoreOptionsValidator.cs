using Microsoft.Extensions.Options;

namespace Microservices.Register.Store;

internal sealed class StoreOptionsValidator : IValidateOptions<StoreOptions>
{
    private static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(100);

    // Half of SessionClaim.RecheckWithin, less a margin: two calls must fit into it.
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(4);

    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.Kind is not ("memory" or "redis"))
        {
            faults.AddError($"'{options.Kind}' is neither memory nor redis.", "Store:Kind");
        }

        if (options.Redis.Timeout < MinTimeout || options.Redis.Timeout > MaxTimeout)
        {
            faults.AddError($"{options.Redis.Timeout} is outside of {MinTimeout} to {MaxTimeout}.", "Store:Redis:Timeout");
        }

        return faults.Build();
    }
}
