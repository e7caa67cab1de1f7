using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Listening;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Listener {Listener} has no certificate ({Listener}:CertificateFile): it does not listen")]
    public static partial void NoCertificate(ILogger logger, string listener);

    [LoggerMessage(Level = LogLevel.Information, Message = "Listener {Listener} uses the certificate {Subject}, which expires {NotAfter:u}")]
    public static partial void CertificateInUse(ILogger logger, string listener, string subject, DateTimeOffset notAfter);

    [LoggerMessage(Level = LogLevel.Error, Message = "Listener {Listener}: its certificate files have changed and are of no use; what was used before is used still: {Fault}")]
    public static partial void CertificateRefused(ILogger logger, string listener, string fault);
}
