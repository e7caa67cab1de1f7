using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Microservices.Dispatcher.Rooms;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>Writes answers. All but the choice of addresses is written once, at the start: an answer is a few copies.</summary>
internal sealed class EndpointsReply
{
    private readonly string _cacheControl;
    private readonly byte[] _defaultTail;
    private readonly FrozenDictionary<string, byte[]>.AlternateLookup<ReadOnlySpan<char>> _tails;

    public EndpointsReply(IOptions<EndpointsOptions> endpoints, IOptions<HeartbeatOptions> heartbeat)
    {
        var seconds = (long)endpoints.Value.TimeToLive.TotalSeconds;
        _cacheControl = string.Create(CultureInfo.InvariantCulture, $"private,max-age={seconds}");
        _defaultTail = Tail(seconds, heartbeat.Value.Default);
        _tails = heartbeat.Value.Networks
            .ToFrozenDictionary(static one => one.Key, one => Tail(seconds, one.Value), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    private static ReadOnlySpan<byte> Head => "{\"endpoints\":["u8;

    /// <summary>Writes the answer; the server sends it when the handler returns.</summary>
    public void Write(HttpContext context, ReadOnlySpan<RoomAddress> addresses, ReadOnlySpan<char> network)
    {
        var tail = _tails.TryGetValue(network, out var known) ? known : _defaultTail;
        var length = Head.Length + tail.Length + addresses.Length - 1;
        foreach (var address in addresses)
        {
            length += address.Json.Length;
        }

        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = length;
        response.Headers.CacheControl = _cacheControl;
        ResponseHeaders.OpenToBrowsers(response.Headers);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var body = response.BodyWriter.GetSpan(length);
        Head.CopyTo(body);
        var at = Head.Length;
        foreach (var address in addresses)
        {
            if (at > Head.Length)
            {
                body[at++] = (byte)',';
            }

            address.Json.CopyTo(body[at..]);
            at += address.Json.Length;
        }

        tail.CopyTo(body[at..]);
        response.BodyWriter.Advance(length);
    }

    private static byte[] Tail(long seconds, TimeSpan heartbeat) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"],\"ttl_seconds\":{seconds},\"heartbeat_ms\":{(long)heartbeat.TotalMilliseconds}}}"));
}
