using Microsoft.Extensions.Options;

namespace Microservices.Hosting.RegisterClient;

internal sealed class RegisterClientOptionsValidator : IValidateOptions<RegisterClientOptions>
{
    private static readonly TimeSpan MaxSpan = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, RegisterClientOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        foreach (var address in options.Addresses)
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            {
                faults.AddError($"'{address}' is not an http or https address such as http://127.0.0.1:8200.", "Register:Addresses");
            }
        }

        if (options.Addresses.Select(static address => address.Split(':')[0]).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1)
        {
            faults.AddError("http and https are mixed; use one of them.", "Register:Addresses");
        }

        CheckSpan(options.Timeout, "Register:Timeout", faults);
        CheckSpan(options.PingInterval, "Register:PingInterval", faults);
        CheckSpan(options.PingTimeout, "Register:PingTimeout", faults);
        CheckSpan(options.MaxReconnectPause, "Register:MaxReconnectPause", faults);
        return faults.Build();
    }

    private static void CheckSpan(TimeSpan span, string name, ValidateOptionsResultBuilder faults)
    {
        if (span <= TimeSpan.Zero || span > MaxSpan)
        {
            faults.AddError($"{span} is not more than zero and at most {MaxSpan}.", name);
        }
    }
}
