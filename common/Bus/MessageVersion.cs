namespace Microservices.Bus;

/// <summary>The version of the contract that a message was written in (proto/bus.proto), in its header.</summary>
internal static class MessageVersion
{
    public const string Header = "v";
    public const int Current = 1;

    /// <summary>The version of a message's headers; null when they hold none.</summary>
    public static long? Of(IDictionary<string, object?>? headers) => headers is not null && headers.TryGetValue(Header, out var value)
        ? value switch
        {
            byte number => number,
            sbyte number => number,
            short number => number,
            ushort number => number,
            int number => number,
            uint number => number,
            long number => number,
            _ => null,
        }
        : null;
}
