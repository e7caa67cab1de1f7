namespace Microservices.Gateway.Admission;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Admission rules reloaded: at most {MaxConnections} connections, {MaxPerAddress} from one address, {Allowed} networks allowed, {Denied} denied")]
    public static partial void RulesReloaded(ILogger logger, int maxConnections, int maxPerAddress, int allowed, int denied);
}
