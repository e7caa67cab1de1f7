using Microsoft.Extensions.Options;

namespace Microservices.Register.Rooms;

internal sealed class RoomsOptionsValidator : IValidateOptions<RoomsOptions>
{
    private static readonly TimeSpan MinLease = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxLease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxPatience = TimeSpan.FromHours(1);
    private static readonly TimeSpan MinRefresh = TimeSpan.FromMilliseconds(10);

    public ValidateOptionsResult Validate(string? name, RoomsOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        Check(nameof(options.LeaseTime), options.LeaseTime, MinLease, MaxLease);
        Check(nameof(options.RenewEvery), options.RenewalPace, MinRefresh, options.LeaseTime / 2);
        Check(nameof(options.RefreshEvery), options.RefreshEvery, MinRefresh, options.LeaseTime / 6);
        Check(nameof(options.RefillPatience), options.RefillPatience, options.LeaseTime, MaxPatience);
        return faults.Build();

        void Check(string option, TimeSpan value, TimeSpan min, TimeSpan max)
        {
            if (value < min || value > max)
            {
                faults.AddError($"{value} is outside of {min} to {max}.", $"{RoomsOptions.Section}:{option}");
            }
        }
    }
}
