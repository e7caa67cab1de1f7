using Microservices.Hosting.Listening.Certificates;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting.Listening;

/// <summary>Checks what attributes say.</summary>
[OptionsValidator]
internal sealed partial class ListenerRangesValidator : IValidateOptions<ListenerOptions>;

/// <summary>Checks what attributes cannot: the address, the files.</summary>
internal sealed class ListenerOptionsValidator : IValidateOptions<ListenerOptions>
{
    public ValidateOptionsResult Validate(string? name, ListenerOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.Address != ListenerOptions.AnyAddress && ListenerOptions.ParseAddress(options.Address) is null)
        {
            faults.AddError($"'{options.Address}' is not an IP address, 'localhost' or '*'.", $"{name}:{nameof(options.Address)}");
        }

        if (options.Port is < 0 or > 65535)
        {
            faults.AddError($"{options.Port} is not a port; 0 to 65535 are (0 = any free one).", $"{name}:{nameof(options.Port)}");
        }

        if (options.CertificateFile is null != options.KeyFile is null)
        {
            faults.AddError("CertificateFile and KeyFile are given together or not at all.", name);
        }

        var areThere = CheckFile(options.CertificateFile, $"{name}:{nameof(options.CertificateFile)}", faults)
            & CheckFile(options.KeyFile, $"{name}:{nameof(options.KeyFile)}", faults);
        if (areThere && !ServerCertificate.TryRead(options.CertificateFile!, options.KeyFile!, speaksHttp: false, out _, out var fault))
        {
            faults.AddError(fault, $"{name}:{nameof(options.CertificateFile)}");
        }

        return faults.Build();
    }

    private static bool CheckFile(string? path, string name, ValidateOptionsResultBuilder faults)
    {
        var isThere = File.Exists(path);
        if (path is not null && !isThere)
        {
            faults.AddError($"There is no file '{path}'.", name);
        }

        return isThere;
    }
}
