using Microsoft.Extensions.Logging;

namespace Microservices.Bus;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Messages} messages of {Queue} were refused by their handler; attempt {Attempt} of {MaxAttempts}")]
    public static partial void HandlerThrew(ILogger logger, Exception fault, string queue, int messages, int attempt, int maxAttempts);

    [LoggerMessage(Level = LogLevel.Error, Message = "A message of {Queue} was refused by its handler at every attempt and is given up")]
    public static partial void GivenUp(ILogger logger, string queue);
}
