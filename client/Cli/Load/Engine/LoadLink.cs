using System.Net;

namespace Microservices.Cli.Load.Engine;

/// <summary>The socket of a connection, watched by its loop, and what it has not taken yet. It may be opened again after it was closed.</summary>
internal sealed class LoadLink(LoadLoop loop, LoadCounters counters)
{
    private int _socket = -1;
    private LoadBytes _backlog;
    private bool _isReading;

    /// <summary>What the loop knows it by.</summary>
    public ulong Mark { get; private set; }

    /// <summary>What was sent waits, because the peer does not read.</summary>
    public bool IsBehind => !_backlog.IsEmpty;

    /// <summary>Begins to connect; null, or why it can't.</summary>
    public string? Open(LoadConnection connection, SocketAddress target, SocketAddress? source)
    {
        _socket = LoadSocket.Connect(target, source, out var error);
        if (_socket < 0)
        {
            return Libc.NameOf(error);
        }

        _isReading = true;
        Mark = loop.Watch(connection, _socket, Epoll.Readable | Epoll.Writable);
        return null;
    }

    /// <summary>Sees what became of connecting; null, or why it failed.</summary>
    public string? Finish()
    {
        var error = LoadSocket.ErrorOf(_socket);
        Watch();
        return error == 0 ? null : Libc.NameOf(error);
    }

    /// <summary>Sends bytes. What the socket does not take now waits, up to a limit.</summary>
    /// <param name="bytes">All of them go, or none.</param>
    /// <param name="fault">The link is broken: why.</param>
    /// <returns>False: it is broken, or too much waits already.</returns>
    public bool Send(ReadOnlySpan<byte> bytes, out string? fault)
    {
        var sent = 0;
        if (IsBehind)
        {
            fault = null;
            if (_backlog.Length + bytes.Length > LoadBytes.MaxBacklog)
            {
                counters.SendsDropped++;
                return false;
            }
        }
        else
        {
            sent = SendNow(bytes, out fault);
            if (fault is not null || sent == bytes.Length)
            {
                return fault is null;
            }
        }

        counters.SendsDelayed++;
        var wasBehind = IsBehind;
        _backlog.Append(bytes[sent..]);
        if (!wasBehind)
        {
            Watch();
        }

        return true;
    }

    /// <summary>The socket takes more: sends what waits; null, or why the link is broken.</summary>
    public string? SendBacklog()
    {
        if (IsBehind)
        {
            _backlog.RemoveFirst(SendNow(_backlog.Span, out var fault));
            if (fault is not null || IsBehind)
            {
                return fault;
            }

            Watch();
        }

        return null;
    }

    /// <summary>Reads what came. 0: the link is over, and <paramref name="fault"/> says why; less: nothing came.</summary>
    public int Receive(Span<byte> buffer, out string? fault)
    {
        fault = null;
        var received = LoadSocket.Receive(_socket, buffer);
        if (received > 0)
        {
            counters.BytesIn += received;
            return received;
        }

        if (received < 0 && Libc.IsPassing(Libc.LastError))
        {
            return -1;
        }

        fault = received == 0 ? "closed by the server" : Libc.NameOf(Libc.LastError);
        return 0;
    }

    /// <summary>Wants no more, until the peer has ended the link.</summary>
    public void StopReading()
    {
        _isReading = false;
        Watch();
    }

    public void Close()
    {
        if (_socket >= 0)
        {
            loop.Forget(Mark);
            _ = Libc.Close(_socket);
            _socket = -1;
        }

        _backlog.Clear();
    }

    private int SendNow(ReadOnlySpan<byte> bytes, out string? fault)
    {
        fault = null;
        var sent = LoadSocket.Send(_socket, bytes);
        if (sent < 0)
        {
            fault = Libc.IsPassing(Libc.LastError) ? null : Libc.NameOf(Libc.LastError);
            return 0;
        }

        counters.BytesOut += sent;
        return sent;
    }

    private void Watch() => loop.Watch(_socket, (_isReading ? Epoll.Readable : Epoll.PeerClosed) | (IsBehind ? Epoll.Writable : 0), Mark);
}
