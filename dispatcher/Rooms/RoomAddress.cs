using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microservices.Dispatcher.Rooms;

/// <summary>One address of a room, with its place in an answer written beforehand.</summary>
internal sealed class RoomAddress(string host, int port, string transport)
{
    public string Host { get; } = host;

    public int Port { get; } = port;

    public string Transport { get; } = transport;

    /// <summary>The JSON object of this address, UTF-8.</summary>
    public byte[] Json { get; } = JsonSerializer.SerializeToUtf8Bytes(new Shape(host, port, transport), ShapeJson.Default.Shape);

    /// <summary>Whether this is the address that a client means; hosts are compared without regard to case.</summary>
    public bool Is(ReadOnlySpan<char> host, int port) => Port == port && host.Equals(Host, StringComparison.OrdinalIgnoreCase);

    internal sealed record Shape(string Host, int Port, string Transport);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RoomAddress.Shape))]
internal sealed partial class ShapeJson : JsonSerializerContext;
