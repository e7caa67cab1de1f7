namespace Microservices.Bus;

/// <summary>The numbers of the uplink that the contract fixes.</summary>
internal static class UplinkQueues
{
    /// <summary>How many there are: the bound of parallel work, and of what one slow sender can hold up.</summary>
    public const int Count = 16;

    /// <summary>The largest batch that a handler gets.</summary>
    public const int MaxBatch = 256;
}
