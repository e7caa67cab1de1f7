namespace Microservices.Gateway.Lifetime;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Connections are admitted")]
    public static partial void Open(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Shutdown: {Step}")]
    public static partial void Step(ILogger logger, string step);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shutdown took longer than {Timeout}; the rest is left to the lease's end")]
    public static partial void Late(ILogger logger, TimeSpan timeout);
}
