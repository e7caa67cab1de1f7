using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Microservices.Gateway.Transport;

/// <summary>Sends on the connection's socket, past the transport's pipe: without a copy, a task or an allocation.</summary>
internal sealed partial class SocketOutlet : IOutlet
{
    // Of Linux, from its headers; the numbers are the same on every processor that .NET runs on.
    private const int DoNotWait = 0x40;
    private const int NoSignal = 0x4000;

    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;

    /// <exception cref="ObjectDisposedException">The link is cut already.</exception>
    public SocketOutlet(Socket socket)
    {
        _socket = socket;
        _handle = socket.SafeHandle;
        socket.Blocking = false;
    }

    public bool TrySend(ReadOnlySpan<byte> bytes, out int taken)
    {
        try
        {
            return OperatingSystem.IsLinux() ? TrySendDirectly(bytes, out taken) : TrySendBySocket(bytes, out taken);
        }
        catch (ObjectDisposedException)
        {
            taken = 0;
            return false;
        }
    }

    public bool Send(Backlog backlog)
    {
        var first = backlog.First;
        backlog.SetBuffer(first.Array, first.Offset, first.Count);
        try
        {
            return _socket.SendAsync(backlog);
        }
        catch (ObjectDisposedException)
        {
            backlog.SocketError = SocketError.OperationAborted;
            return false;
        }
    }

    public int Taken(Backlog backlog) => backlog.SocketError == SocketError.Success ? backlog.BytesTransferred : 0;

    public void Finish()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The peer was faster; the reading side tells the connection.
        }
    }

    /// <summary>
    /// Around the system call the socket does as much again as all that the gateway does for a frame; a fan-out does little else. Why a call failed
    /// is not asked, for that would cost each call: the socket is told to try again, and knows.
    /// </summary>
    private bool TrySendDirectly(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = (int)SystemSend(_handle, bytes, bytes.Length, DoNotWait | NoSignal);
        return taken >= 0 || TrySendBySocket(bytes, out taken);
    }

    private bool TrySendBySocket(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = _socket.Send(bytes, SocketFlags.None, out var error);
        return error is SocketError.Success or SocketError.WouldBlock;
    }

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint SystemSend(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, nint length, int flags);
}
