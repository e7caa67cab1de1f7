using Microsoft.Extensions.Options;

namespace Microservices.Register.Channels;

internal sealed class ChannelsOptionsValidator : IValidateOptions<ChannelsOptions>
{
    private const int MaxBatch = 1_000;
    private const int MaxAtOnce = 64;
    private const int MaxNudgesPerSecond = 1_000_000;
    private static readonly TimeSpan MinPace = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxLook = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxSweep = TimeSpan.FromHours(1);
    private static readonly TimeSpan MinAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxAgain = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxAudit = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, ChannelsOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        Check(nameof(options.LookEvery), options.LookEvery, MinPace, MaxLook);
        Check(nameof(options.SweepEvery), options.SweepEvery ?? MaxLook, MinPace, MaxSweep);
        Check(nameof(options.NudgeAgain), options.NudgeAgain, MinAgain, MaxAgain);
        Check(nameof(options.Batch), options.Batch, 1, MaxBatch);
        Check(nameof(options.PartitionsAtOnce), options.PartitionsAtOnce, 1, MaxAtOnce);
        Check(nameof(options.NudgesPerSecond), options.NudgesPerSecond, 1, MaxNudgesPerSecond);
        Check(nameof(options.AuditEvery), options.AuditEvery, MinPace, MaxAudit);
        return faults.Build();

        void Check<T>(string option, T value, T min, T max)
            where T : IComparable<T>
        {
            if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            {
                faults.AddError($"{value} is outside of {min} to {max}.", $"{ChannelsOptions.Section}:{option}");
            }
        }
    }
}
