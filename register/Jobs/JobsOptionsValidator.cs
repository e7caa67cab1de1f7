using Microsoft.Extensions.Options;

namespace Microservices.Register.Jobs;

internal sealed class JobsOptionsValidator : IValidateOptions<JobsOptions>
{
    private static readonly TimeSpan MinKeep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxKeep = TimeSpan.FromDays(365);

    public ValidateOptionsResult Validate(string? name, JobsOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.KeepEnded < MinKeep || options.KeepEnded > MaxKeep)
        {
            faults.AddError($"{options.KeepEnded} is outside of {MinKeep} to {MaxKeep}.", $"{JobsOptions.Section}:{nameof(options.KeepEnded)}");
        }

        return faults.Build();
    }
}
