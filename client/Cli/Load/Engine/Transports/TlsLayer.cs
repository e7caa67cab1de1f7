using System.Net.Security;
using System.Security.Authentication;

namespace Microservices.Cli.Load.Engine.Transports;

/// <summary>
/// TLS of one connection, on the loop's thread: SslStream over the socket as a stream whose reads end where the loop feeds them. It costs this process
/// what TLS costs, and while nothing comes it holds no buffer (a read of zero bytes waits).
/// </summary>
internal sealed class TlsLayer : IDisposable
{
    private readonly LoadConnection _connection;
    private readonly LoopStream _link;
    private readonly SslStream _ssl;
    private bool _isOver;

    public TlsLayer(LoadConnection connection)
    {
        _connection = connection;
        _link = new LoopStream(connection);
        _ssl = new SslStream(_link);
    }

    /// <summary>Begins the handshake; what comes of it is told to the connection.</summary>
    public void Begin(SslClientAuthenticationOptions options) => _ = RunAsync(options);

    /// <summary>The socket brought bytes; they are valid until it returns.</summary>
    public void Receive(ReadOnlyMemory<byte> bytes) => _link.Feed(bytes);

    /// <returns>False: it has ended, or too much waits already.</returns>
    public bool Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _ssl.Write(bytes);
            return !_isOver;
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Part of a record may be gone: nothing can follow it.
            Fail("tls: not sent");
            return false;
        }
    }

    public void Dispose()
    {
        if (!_isOver)
        {
            _isOver = true;
            _link.End();
            _ssl.Dispose();
        }
    }

    // Every step of it runs on the loop's thread: within Begin, and then within Receive.
    private async Task RunAsync(SslClientAuthenticationOptions options)
    {
        try
        {
            await _ssl.AuthenticateAsClientAsync(options);
            _connection.Connected();
            while (!_isOver)
            {
                if (await _ssl.ReadAsync(Memory<byte>.Empty) != 0 || _isOver)
                {
                    return;
                }

                var buffer = _connection.Loop.Plain;
                var read = await _ssl.ReadAsync(buffer.AsMemory(LoadLoop.MaxHeldBytes));
                if (read == 0)
                {
                    Fail("closed by the server");
                }
                else if (!_isOver)
                {
                    _connection.Take(buffer, read);
                }
            }
        }
        catch (AuthenticationException)
        {
            Fail("tls: the server was not accepted, or did not accept");
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            Fail("tls: broken");
        }
        catch (Exception fault)
        {
            // A bug, of this side.
            Fail($"unexpected {fault.GetType().Name}");
        }
    }

    private void Fail(string reason)
    {
        if (!_isOver)
        {
            _connection.Fail(reason);
        }
    }
}
