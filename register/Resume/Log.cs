namespace Microservices.Register.Resume;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} keys of resume tickets; number {Id} signs")]
    public static partial void KeysRead(ILogger logger, int count, uint id);
}
