using System.Net;
using Microservices.Contracts.Register;
using Microservices.Gateway.Admission;
using Microservices.Hosting;
using Microservices.Hosting.Listening;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Rooms;

/// <summary>How this gateway describes itself to register, once it listens.</summary>
internal sealed class RoomDescriber(IOptions<RoomOptions> options, IOptionsMonitor<AdmissionOptions> admission, BoundEndpoints bound, IOptionsMonitor<ListenerOptions> listeners, ServiceIdentity service)
{
    private const int MaxNameLength = 64;

    public RoomDescription Describe()
    {
        var room = options.Value;
        var listener = bound[GatewayListeners.Tcp];
        var description = new RoomDescription
        {
            Name = room.Name ?? NameOf(listener),
            Zone = room.Zone,
            SoftwareVersion = service.Version,
            Capacity = (uint)admission.CurrentValue.MaxConnections,
        };
        description.Labels.Add(room.Labels);
        description.Addresses.AddRange(room.Addresses.Count == 0
            ? Listening()
            : room.Addresses.Select(static address => new Address { Host = address.Host, Port = (uint)address.Port, Transport = address.Transport }));
        return description;
    }

    private IEnumerable<Address> Listening()
    {
        yield return AddressOf(bound[GatewayListeners.Tcp], "tcp");
        if (bound.Listens(GatewayListeners.Tls))
        {
            yield return AddressOf(bound[GatewayListeners.Tls], "tls");
        }

        yield return AddressOf(bound[GatewayListeners.WebSocket], listeners.Get(GatewayListeners.WebSocket).CertificateFile is null ? "ws" : "wss");
    }

    private static string NameOf(IPEndPoint listener)
    {
        var suffix = $"-{listener.Port}";
        var host = new string([.. Dns.GetHostName().ToLowerInvariant().Select(static letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')]);
        return host[..Math.Min(host.Length, MaxNameLength - suffix.Length)] + suffix;
    }

    private static Address AddressOf(IPEndPoint listener, string transport) =>
        new() { Host = HostOf(listener.Address), Port = (uint)listener.Port, Transport = transport };

    private static string HostOf(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? Dns.GetHostName() : address.ToString();
}
