using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Microservices.Hosting.Listening;

/// <summary>Where the listeners really listen, also when the system picked the ports. Known once the service has started.</summary>
public sealed class BoundEndpoints
{
    private readonly ConcurrentDictionary<string, ListenOptions> _listeners = new();

    /// <summary>The names of the listeners.</summary>
    public IEnumerable<string> Names => _listeners.Keys.Order(StringComparer.Ordinal);

    /// <summary>The listener <paramref name="name"/> listens; one that speaks TLS only does with a certificate.</summary>
    public bool Listens(string name) => _listeners.ContainsKey(name);

    /// <summary>The address of the listener <paramref name="name"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no such listener, or the service has not started.</exception>
    public IPEndPoint this[string name] =>
        _listeners.TryGetValue(name, out var listener) && listener.IPEndPoint is { Port: > 0 } bound
            ? bound
            : throw new InvalidOperationException($"Listener '{name}' is not bound; listeners: {string.Join(", ", Names)}. Has the service started?");

    /// <summary>The address as a URL that a client on this machine can use.</summary>
    public Uri Url(string name, string scheme = "http")
    {
        var bound = this[name];
        var address = bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : bound.Address;
        return new Uri($"{scheme}://{new IPEndPoint(address, bound.Port)}");
    }

    internal void Add(string name, ListenOptions listener) => _listeners[name] = listener;
}
