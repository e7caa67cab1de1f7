using Microsoft.Extensions.Options;

namespace Microservices.Register.Sessions;

internal sealed class SessionsOptionsValidator : IValidateOptions<SessionsOptions>
{
    // Floors go with it, and a room that was away for less must not bring back what was kicked meanwhile.
    private static readonly TimeSpan MinKept = TimeSpan.FromDays(1);
    private static readonly TimeSpan MaxKept = TimeSpan.FromDays(366);
    private static readonly TimeSpan MaxWindow = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, SessionsOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        Check(nameof(options.KeepEnded), options.KeepEnded, MinKept, MaxKept);
        Check(nameof(options.ResumeWindow), options.ResumeWindow, TimeSpan.Zero, MaxWindow);
        return faults.Build();

        void Check(string option, TimeSpan value, TimeSpan min, TimeSpan max)
        {
            if (value < min || value > max)
            {
                faults.AddError($"{value} is outside of {min} to {max}.", $"{SessionsOptions.Section}:{option}");
            }
        }
    }
}
