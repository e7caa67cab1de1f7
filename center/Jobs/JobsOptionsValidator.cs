using Microsoft.Extensions.Options;

namespace Microservices.Center.Jobs;

internal sealed class JobsOptionsValidator : IValidateOptions<JobsOptions>
{
    public ValidateOptionsResult Validate(string? name, JobsOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        Check(options.PollEvery, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1), "Jobs:PollEvery");
        Check(options.Hold, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5), "Jobs:Hold");
        Check(options.WatchEvery, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1), "Jobs:WatchEvery");
        if (options.MaxAtOnce is < 1 or > 8)
        {
            faults.AddError($"{options.MaxAtOnce} is not between 1 and 8.", "Jobs:MaxAtOnce");
        }

        if (options.MaxWatchers is < 1 or > 100_000)
        {
            faults.AddError($"{options.MaxWatchers} is not between 1 and 100,000.", "Jobs:MaxWatchers");
        }

        return faults.Build();

        void Check(TimeSpan span, TimeSpan shortest, TimeSpan longest, string option)
        {
            if (span < shortest || span > longest)
            {
                faults.AddError($"{span} is not between {shortest} and {longest}.", option);
            }
        }
    }
}
