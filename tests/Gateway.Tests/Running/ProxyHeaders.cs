using System.Buffers.Binary;
using System.Net;

namespace Microservices.Gateway.Tests.Running;

/// <summary>PROXY headers, version 2, as load balancers write them. Written from the specification, not with the gateway's code.</summary>
internal static class ProxyHeaders
{
    private static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>From <paramref name="client"/>, to an address that does not matter.</summary>
    public static byte[] Of(IPEndPoint client, int extensions = 0)
    {
        var address = client.Address.GetAddressBytes();
        var port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)client.Port);
        byte[] addresses = [.. address, .. new byte[address.Length], .. port, 0, 1];
        var header = Raw(0x21, address.Length == 4 ? (byte)0x11 : (byte)0x21, addresses.Length + extensions);
        addresses.CopyTo(header, 16);
        return header;
    }

    /// <summary>The peer speaks for itself.</summary>
    public static byte[] Local() => Raw(0x20, 0, 0);

    public static byte[] Raw(byte versionAndCommand, byte kind, int rest)
    {
        byte[] header = [.. Signature, versionAndCommand, kind, (byte)(rest >> 8), (byte)rest, .. new byte[rest]];
        return header;
    }
}
