namespace Microservices.Register.Apps;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "App {App} was absent and is stored, revision {Revision}")]
    public static partial void AppSeeded(ILogger logger, string app, ulong revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {App} is changed, revision {Revision}")]
    public static partial void AppChanged(ILogger logger, string app, ulong revision);
}
