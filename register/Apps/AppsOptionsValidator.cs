using Microsoft.Extensions.Options;

namespace Microservices.Register.Apps;

internal sealed class AppsOptionsValidator : IValidateOptions<AppsOptions>
{
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Max = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, AppsOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.RefreshEvery < Min || options.RefreshEvery > Max)
        {
            faults.AddError($"{options.RefreshEvery} is outside of {Min} to {Max}.", "Apps:RefreshEvery");
        }

        if (options.File is { } file)
        {
            foreach (var fault in AppFile.Read(file).Faults)
            {
                faults.AddError(fault, "Apps:File");
            }
        }

        return faults.Build();
    }
}
