using System.Buffers.Binary;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Microservices.Benchmarks.Peers;

/// <summary>The frames of <c>epoll_peer.c</c> on a bare connection handler of Kestrel: pipes, and the defaults of everything.</summary>
internal static class FramePeer
{
    public static WebApplication Build(WebApplicationBuilder builder, int port)
    {
        builder.Services.AddSingleton<Everybody>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, static listen => listen.UseConnectionHandler<FrameHandler>()));
        return builder.Build();
    }
}

/// <summary>The connections that have verified.</summary>
internal sealed class Everybody
{
    private readonly ConcurrentDictionary<FrameConnection, byte> _connections = new();
    private uint _waited;

    public void Add(FrameConnection connection) => _connections[connection] = 0;

    public void Remove(FrameConnection connection) => _connections.TryRemove(connection, out _);

    /// <summary>Sends bytes to all, so many times. Returns how many sends had to wait since the start.</summary>
    public async Task<uint> SendAsync(ReadOnlyMemory<byte> bytes, uint times)
    {
        for (; times > 0; times--)
        {
            foreach (var (connection, _) in _connections)
            {
                var sent = connection.SendAsync(bytes);
                _waited += sent.IsCompleted ? 0u : 1u;
                await sent;
            }
        }

        return _waited;
    }

    public static byte[] Waited(uint sends)
    {
        var frame = new byte[FrameConnection.HeaderBytes + sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)frame.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), FrameHandler.Control);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(12), sends);
        return frame;
    }
}
