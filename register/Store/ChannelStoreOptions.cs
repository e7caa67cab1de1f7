namespace Microservices.Register.Store;

/// <summary>Where channels are kept, if not where everything else is.</summary>
public sealed class ChannelStoreOptions
{
    /// <summary><c>store</c>: where everything else is. <c>sqlite</c>: in <see cref="File"/>, for one register on its own whose other state is in memory. Default <c>store</c>.</summary>
    public string Kind { get; set; } = "store";

    /// <summary>The file, with <see cref="Kind"/> <c>sqlite</c>; made if there is none. Its write-ahead log lies beside it while it is open.</summary>
    public string? File { get; set; }
}
