using System.Net;

namespace Microservices.Cli.Load.Engine;

/// <summary>A TCP socket that never blocks: a descriptor and what is done with it.</summary>
internal static unsafe class LoadSocket
{
    /// <summary>Begins to connect.</summary>
    /// <param name="target">Where to, as <see cref="EndPoint.Serialize"/> writes it.</param>
    /// <param name="source">The local address to connect from; null = the system's choice.</param>
    /// <param name="error">Why there is no socket.</param>
    /// <returns>The descriptor; less than 0: there is none.</returns>
    public static int Connect(SocketAddress target, SocketAddress? source, out int error)
    {
        error = 0;
        var family = target.Family == System.Net.Sockets.AddressFamily.InterNetworkV6 ? Libc.AddressFamilyV6 : Libc.AddressFamilyV4;
        var socket = Libc.Socket(family, Libc.Stream | Libc.NonBlocking | Libc.CloseOnExec, 0);
        if (socket < 0)
        {
            error = Libc.LastError;
            return socket;
        }

        Set(socket, Libc.LevelTcp, Libc.TcpNoDelay);
        if ((source is null || TryBind(socket, source)) && TryConnect(socket, target))
        {
            return socket;
        }

        error = Libc.LastError;
        _ = Libc.Close(socket);
        return -1;
    }

    /// <summary>What became of the attempt to connect; 0 = it is connected.</summary>
    public static int ErrorOf(int socket)
    {
        var value = 0;
        var length = (uint)sizeof(int);
        return Libc.GetOption(socket, Libc.LevelSocket, Libc.SocketError, &value, &length) == 0 ? value : Libc.LastError;
    }

    /// <summary>How many bytes the socket took; less than 0: none, and <see cref="Libc.LastError"/> says why.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return (int)Libc.Send(socket, start, bytes.Length, Libc.NoSignal);
        }
    }

    /// <summary>How many bytes came; 0 = the peer has ended the stream, less than 0: none, and <see cref="Libc.LastError"/> says why.</summary>
    public static int Receive(int socket, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            return (int)Libc.Receive(socket, start, buffer.Length, 0);
        }
    }

    private static bool TryBind(int socket, SocketAddress source)
    {
        Set(socket, Libc.LevelIp, Libc.BindAddressNoPort);
        fixed (byte* address = source.Buffer.Span)
        {
            return Libc.Bind(socket, address, (uint)source.Size) == 0;
        }
    }

    private static bool TryConnect(int socket, SocketAddress target)
    {
        fixed (byte* address = target.Buffer.Span)
        {
            return Libc.Connect(socket, address, (uint)target.Size) == 0 || Libc.IsPassing(Libc.LastError);
        }
    }

    private static void Set(int socket, int level, int option)
    {
        var on = 1;
        _ = Libc.SetOption(socket, level, option, &on, sizeof(int));
    }
}
