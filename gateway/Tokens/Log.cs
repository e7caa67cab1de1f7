namespace Microservices.Gateway.Tokens;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Renewing a token failed; its connection is closed")]
    public static partial void RenewalFailed(ILogger logger, Exception fault);
}
