using Microsoft.Extensions.Options;

namespace Microservices.Register.Resume;

internal sealed class ResumeOptionsValidator : IValidateOptions<ResumeOptions>
{
    private const int MaxKeys = 64;
    private static readonly TimeSpan MinRotation = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxRotation = TimeSpan.FromDays(365);

    public ValidateOptionsResult Validate(string? name, ResumeOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.RotateEvery < MinRotation || options.RotateEvery > MaxRotation)
        {
            faults.AddError($"{options.RotateEvery} is outside of {MinRotation} to {MaxRotation}.", $"{ResumeOptions.Section}:{nameof(options.RotateEvery)}");
        }
        else if (options.KeepKeys < options.RotateEvery || options.KeepKeys > options.RotateEvery * MaxKeys)
        {
            // Every room gets all keys.
            faults.AddError(
                $"{options.KeepKeys} is outside of {options.RotateEvery} (RotateEvery) to {MaxKeys} times that.", $"{ResumeOptions.Section}:{nameof(options.KeepKeys)}");
        }

        return faults.Build();
    }
}
