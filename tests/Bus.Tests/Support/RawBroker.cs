using RabbitMQ.Client;

namespace Microservices.Bus.Tests.Support;

/// <summary>A plain AMQP client: what another version of the product, or an operator, does.</summary>
internal sealed class RawBroker : IAsyncDisposable
{
    private readonly IConnection _connection;

    private RawBroker(IConnection connection, IChannel channel) => (_connection, Channel) = (connection, channel);

    public IChannel Channel { get; }

    public static async Task<RawBroker> ConnectAsync(string uri)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(uri), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        return new RawBroker(connection, await connection.CreateChannelAsync(new CreateChannelOptions(true, true)));
    }

    /// <summary>Publishes and waits for the confirm.</summary>
    /// <param name="exchange">Where to.</param>
    /// <param name="routingKey">And with which key.</param>
    /// <param name="version">The header <c>v</c>; null for none.</param>
    /// <param name="body">What to send.</param>
    public ValueTask PublishAsync(string exchange, string routingKey, object? version, byte[] body)
    {
        var headers = version is null ? new Dictionary<string, object?>() : new Dictionary<string, object?> { ["v"] = version };
        return Channel.BasicPublishAsync(exchange, routingKey, mandatory: true, new BasicProperties { Headers = headers, Persistent = true }, body);
    }

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
