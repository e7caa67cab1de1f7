using System.Net.Sockets;

namespace Microservices.Testing;

/// <summary>One direction of a connection through a link.</summary>
internal sealed class LinkLane(Socket from, Socket to, Link link)
{
    private const int PieceBytes = 16_384;
    private readonly Lock _sync = new();
    private TaskCompletionSource? _held;
    private Flow _flow;
    private bool _cut;

    public void Set(Flow flow)
    {
        lock (_sync)
        {
            // What follows bytes that are lost is never passed on: no link does that.
            _flow = _flow == Flow.Drop ? Flow.Drop : flow;
            if (_flow == Flow.Hold && !_cut)
            {
                _held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            else
            {
                _held?.SetResult();
                _held = null;
            }
        }
    }

    /// <summary>The sockets are closed: nothing is held any more.</summary>
    public void Cut()
    {
        lock (_sync)
        {
            _cut = true;
        }

        Set(Flow.Drop);
    }

    /// <summary>Ends when the sender has closed and the receiver knows.</summary>
    /// <exception cref="SocketException">Either side is gone, and the other is to know.</exception>
    public async Task RunAsync()
    {
        var piece = new byte[PieceBytes];
        int count;
        do
        {
            await WhenTakenAsync();
            count = await ReceiveAsync(piece);
            if (link.Delay > TimeSpan.Zero)
            {
                await Task.Delay(link.Delay);
            }

            // Held while it waited for bytes: they wait here.
            if (await WhenTakenAsync() == Flow.Drop)
            {
                continue;
            }

            for (var sent = 0; sent < count;)
            {
                sent += await to.SendAsync(piece.AsMemory(sent, count - sent));
            }
        }
        while (count > 0);

        to.Shutdown(SocketShutdown.Send);
    }

    private async Task<int> ReceiveAsync(byte[] piece)
    {
        try
        {
            return await from.ReceiveAsync(piece);
        }
        catch (SocketException)
        {
            // While the link is held, nobody hears of it.
            await WhenTakenAsync();
            throw;
        }
    }

    private async ValueTask<Flow> WhenTakenAsync()
    {
        while (true)
        {
            Task held;
            lock (_sync)
            {
                if (_held is null)
                {
                    return _flow;
                }

                held = _held.Task;
            }

            await held;
        }
    }
}
