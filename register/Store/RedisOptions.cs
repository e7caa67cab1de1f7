namespace Microservices.Register.Store;

/// <summary>Where Redis is. Section <c>Store:Redis</c>.</summary>
public sealed class RedisOptions
{
    /// <summary>Endpoints and settings as StackExchange.Redis takes them: <c>host:port,host:port,password=…</c>. Default <c>127.0.0.1:6379</c>.</summary>
    public string Configuration { get; set; } = "127.0.0.1:6379";

    /// <summary>A file that holds the same; it wins over <see cref="Configuration"/> and keeps a password out of the environment.</summary>
    public string? ConfigurationFile { get; set; }

    /// <summary>The hard limit of a call. Default 2 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);
}
