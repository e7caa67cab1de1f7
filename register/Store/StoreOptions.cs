namespace Microservices.Register.Store;

/// <summary>Which store holds the shared state. Section <c>Store</c>.</summary>
public sealed class StoreOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Store";

    /// <summary><c>redis</c> or <c>memory</c>; memory is for one register on its own: what it holds ends with the process. Default <c>redis</c>.</summary>
    public string Kind { get; set; } = "redis";

    /// <summary>Where Redis is, with <see cref="Kind"/> <c>redis</c>.</summary>
    public RedisOptions Redis { get; set; } = new();

    /// <summary>Where channels are kept.</summary>
    public ChannelStoreOptions Channels { get; set; } = new();
}
