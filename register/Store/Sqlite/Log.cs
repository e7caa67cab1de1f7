namespace Microservices.Register.Store.Sqlite;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Channels are kept in {File}")]
    public static partial void Opened(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "A step on {File} failed and was undone")]
    public static partial void StepFailed(ILogger logger, Exception fault, string file);
}
