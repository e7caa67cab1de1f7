using Microsoft.Extensions.Options;

namespace Microservices.Center.Kept;

internal sealed class KeptOptionsValidator : IValidateOptions<KeptOptions>
{
    public ValidateOptionsResult Validate(string? name, KeptOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.ConcurrentCalls is < 1 or > 64)
        {
            faults.AddError($"{options.ConcurrentCalls} is not between 1 and 64.", "Kept:ConcurrentCalls");
        }

        if (options.MaxWaitingMessages is < 1_000 or > 10_000_000)
        {
            faults.AddError($"{options.MaxWaitingMessages} is not between 1,000 and 10,000,000.", "Kept:MaxWaitingMessages");
        }

        if (options.MaxWaitingBytes is < (4 << 20) or > (1L << 40))
        {
            faults.AddError($"{options.MaxWaitingBytes} is not between 4 MiB and 1 TiB.", "Kept:MaxWaitingBytes");
        }

        if (options.RetryFor < TimeSpan.Zero || options.RetryFor > TimeSpan.FromSeconds(30))
        {
            faults.AddError($"{options.RetryFor} is not between 0 and 30 s.", "Kept:RetryFor");
        }

        if (options.BusPatience < TimeSpan.FromMilliseconds(1) || options.BusPatience > TimeSpan.FromSeconds(30))
        {
            faults.AddError($"{options.BusPatience} is not between 1 ms and 30 s.", "Kept:BusPatience");
        }

        return faults.Build();
    }
}
