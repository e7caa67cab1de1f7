using Microservices.Register.Store.Redis;
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

        if (options.Kind == "redis")
        {
            CheckConfiguration(options.Redis, faults);
        }

        CheckChannels(options, faults);
        return faults.Build();
    }

    private static void CheckChannels(StoreOptions options, ValidateOptionsResultBuilder faults)
    {
        if (options.Channels.Kind is not ("store" or "sqlite"))
        {
            faults.AddError($"'{options.Channels.Kind}' is neither store nor sqlite.", "Store:Channels:Kind");
        }

        if (options.Channels.Kind == "sqlite")
        {
            if (options.Kind != "memory")
            {
                faults.AddError($"sqlite is for one register on its own: Store:Kind must be memory, not {options.Kind}.", "Store:Channels:Kind");
            }

            if (string.IsNullOrWhiteSpace(options.Channels.File))
            {
                faults.AddError("names no file.", "Store:Channels:File");
            }
        }
    }

    private static void CheckConfiguration(RedisOptions redis, ValidateOptionsResultBuilder faults)
    {
        var setting = redis.ConfigurationFile is null ? "Store:Redis:Configuration" : "Store:Redis:ConfigurationFile";
        try
        {
            if (RedisSettings.Parse(redis).EndPoints.Count == 0)
            {
                faults.AddError("names no endpoint (host:port).", setting);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.AddError(fault.Message, setting);
        }
        catch (ArgumentException)
        {
            // Its message may quote the text, and the text may hold a password.
            faults.AddError("is not a configuration of StackExchange.Redis (host:port,name=value,…).", setting);
        }
    }
}
