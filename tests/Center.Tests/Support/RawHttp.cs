using System.Net.Sockets;
using System.Text;

namespace Microservices.Center.Tests.Support;

/// <summary>Bytes on a connection, for what no proper client sends.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;

    // The stream is taken now: once a reset was noticed, none can be had, although what came before can still be read.
    private RawHttp(TcpClient tcp) => (_tcp, _stream) = (tcp, tcp.GetStream());

    public static async Task<RawHttp> ConnectAsync(Uri address)
    {
        var tcp = new TcpClient();
        try
        {
            await tcp.ConnectAsync(address.Host, address.Port);
            return new RawHttp(tcp);
        }
        catch
        {
            tcp.Dispose();
            throw;
        }
    }

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends what it can; the server may have closed already.</summary>
    public async Task TrySendAsync(string text)
    {
        try
        {
            await SendAsync(text);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>All that comes until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(all).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (IOException)
        {
            // Closed with a reset: what came before counts.
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }

    public void Dispose() => _tcp.Dispose();
}
