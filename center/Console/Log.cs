using System.Net;

namespace Microservices.Center.Console;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Console: API key '{KeyId}' logged in from {Peer}")]
    public static partial void LoggedIn(ILogger logger, string keyId, IPAddress? peer);

    [LoggerMessage(Level = LogLevel.Information, Message = "Console: API key '{KeyId}' logged out")]
    public static partial void LoggedOut(ILogger logger, string keyId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Console: API key '{KeyId}' sent message {MessageId} to {Target} of app '{App}'")]
    public static partial void Sent(ILogger logger, string keyId, string messageId, string target, string app);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Console: a form without its token from {Peer} was refused")]
    public static partial void Forged(ILogger logger, IPAddress? peer);
}
