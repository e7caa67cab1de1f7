using Microsoft.Extensions.Options;

namespace Microservices.Register.Presence;

internal sealed class PresenceOptionsValidator : IValidateOptions<PresenceOptions>
{
    private const int MaxWorkers = 64;
    private const int MaxSweptPerSecond = 1_000_000;
    private static readonly TimeSpan MaxCoalesce = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MinHold = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxHold = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, PresenceOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        Check(nameof(options.Workers), options.Workers, 1, MaxWorkers);
        Check(nameof(options.Coalesce), options.Coalesce, TimeSpan.Zero, MaxCoalesce);
        Check(nameof(options.Hold), options.Hold, MinHold, MaxHold);
        Check(nameof(options.SweptPerSecond), options.SweptPerSecond, 1, MaxSweptPerSecond);
        return faults.Build();

        void Check<T>(string option, T value, T min, T max)
            where T : IComparable<T>
        {
            if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            {
                faults.AddError($"{value} is outside of {min} to {max}.", $"{PresenceOptions.Section}:{option}");
            }
        }
    }
}
