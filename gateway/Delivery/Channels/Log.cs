using Grpc.Core;

namespace Microservices.Gateway.Delivery.Channels;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} waits of channels for register: {Status} {Detail}")]
    public static partial void CallWaits(ILogger logger, int count, StatusCode status, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "A call for channels failed with {Count} in it; the next one goes on")]
    public static partial void CallFailed(ILogger logger, Exception fault, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking at a channel of a session failed")]
    public static partial void LookFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "A page of a channel could not be handled")]
    public static partial void PageFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Register does not know {Count} positions that clients acknowledged; the first is {Epoch}-{Seq} of channel {Channel}. The store may have lost data")]
    public static partial void UnknownPositions(ILogger logger, int count, ulong epoch, ulong seq, ChannelKind channel);

    [LoggerMessage(Level = LogLevel.Error, Message = "Register refuses {Count} cursors for good")]
    public static partial void CursorsRefused(ILogger logger, int count);
}
