using System.Net;
using System.Net.Sockets;

namespace Microservices.Testing;

/// <summary>
/// Hands out TCP ports on loopback. They lie below the range from which the kernel takes ports for outgoing connections, and each is held
/// until this process ends, so that test runs beside each other don't get the same.
/// </summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int Last = 32_000;
    private static readonly Lock Lock = new();
    private static readonly List<Socket> Held = [];
    private static int _next = Random.Shared.Next(First, Last);

    /// <summary>A port that nobody listens on, and that no other caller gets.</summary>
    public static int Take()
    {
        lock (Lock)
        {
            for (var tries = First; tries < Last; tries++)
            {
                _next = _next + 1 < Last ? _next + 1 : First;
                if (TryHold(_next))
                {
                    return _next;
                }
            }
        }

        throw new InvalidOperationException($"No TCP port from {First} to {Last} is free.");
    }

    /// <summary>Takes this very port. False: somebody listens on it, or has taken it.</summary>
    public static bool TryTake(int port)
    {
        lock (Lock)
        {
            return TryHold(port);
        }
    }

    private static bool TryHold(int port)
    {
        // A name in the kernel's abstract namespace: belongs to one process, and goes with it.
        var hold = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            hold.Bind(new UnixDomainSocketEndPoint($"\0microservices-test-port-{port}"));
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.Any, port));
            Held.Add(hold);
            return true;
        }
        catch (SocketException)
        {
            hold.Dispose();
            return false;
        }
    }
}
