using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Rpc;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Call {Method} failed")]
    public static partial void CallFailed(ILogger logger, Exception fault, string method);
}
