using System.Net;

namespace Microservices.Center.ApiKeys;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} API keys from '{Path}' are in use")]
    public static partial void KeysLoaded(ILogger logger, int count, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "The API keys could not be loaded again, the {Count} former ones stay in use: {Fault}")]
    public static partial void KeysNotReloaded(ILogger logger, int count, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A wrong API key from {Peer} for {Method}")]
    public static partial void WrongKey(ILogger logger, IPAddress? peer, string method);
}
