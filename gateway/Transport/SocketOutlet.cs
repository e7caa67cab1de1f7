using System.Net.Sockets;

namespace Microservices.Gateway.Transport;

/// <summary>Sends on the connection's socket, past the transport's pipe: without a copy, a task or an allocation.</summary>
internal sealed class SocketOutlet : IOutlet
{
    private readonly Socket _socket;

    /// <exception cref="ObjectDisposedException">The link is cut already.</exception>
    public SocketOutlet(Socket socket)
    {
        _socket = socket;
        socket.Blocking = false;
    }

    public bool TrySend(ReadOnlySpan<byte> bytes, out int taken)
    {
        try
        {
            taken = _socket.Send(bytes, SocketFlags.None, out var error);
            return error is SocketError.Success or SocketError.WouldBlock;
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
}
