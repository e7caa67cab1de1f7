using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>How this service talks to Redis, whatever its configuration text says of it.</summary>
internal static class RedisSettings
{
    private const int DefaultPort = 6379;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(10);

    /// <summary>The text of the file or of the setting.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static string TextOf(RedisOptions options) =>
        options.ConfigurationFile is { } file ? File.ReadAllText(file).Trim() : options.Configuration;

    /// <exception cref="ArgumentException">It isn't a configuration. The message may quote it: don't show it.</exception>
    public static ConfigurationOptions Parse(RedisOptions options)
    {
        var settings = ConfigurationOptions.Parse(TextOf(options));
        settings.AbortOnConnectFail = false;
        settings.ConnectTimeout = (int)options.Timeout.TotalMilliseconds;
        settings.AsyncTimeout = (int)options.Timeout.TotalMilliseconds;
        settings.SyncTimeout = (int)options.Timeout.TotalMilliseconds;
        settings.KeepAlive = (int)ProbeEvery.TotalSeconds;
        settings.ReconnectRetryPolicy = new LinearRetry((int)RetryPause.TotalMilliseconds);
        settings.SocketManager = SocketManager.ThreadPool;

        // A call made while there is no connection fails at once instead of waiting for one.
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        settings.ClientName ??= "register";
        return settings;
    }

    /// <summary>The endpoints, without anything secret.</summary>
    public static string Where(RedisOptions options) => string.Join(',', Parse(options).EndPoints.Select(TextOf));

    private static string TextOf(EndPoint endpoint) => endpoint switch
    {
        DnsEndPoint name => string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{(name.Port == 0 ? DefaultPort : name.Port)}"),
        IPEndPoint { Port: 0 } address => new IPEndPoint(address.Address, DefaultPort).ToString(),
        _ => endpoint.ToString() ?? "",
    };
}
