using Microservices.Cli.Load.Engine;

namespace Microservices.Benchmarks.Peers.Protocols;

/// <summary>A client of a SignalR hub on a WebSocket, without the negotiation, which only chooses a transport. Its records may travel in binary messages: the hub looks at the bytes.</summary>
internal sealed class SignalRProtocol : ILoadProtocol
{
    public void Open(LoadConnection connection) => connection.Send(SignalRWire.Handshake);

    public int Receive(LoadConnection connection, ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        while (SignalRWire.TryRead(bytes[done..], out var record) is > 0 and var read)
        {
            switch (SignalRWire.KindOf(record))
            {
                case SignalRRecord.Invocation:
                    connection.Delivered(record);
                    break;
                case SignalRRecord.Welcome:
                    connection.Ready();
                    break;
                case SignalRRecord.Other:
                    connection.Fail("closed by the server");
                    return bytes.Length;
            }

            done += read;
        }

        return done;
    }

    // The hub answers none: its own pings go by a timer.
    public void Beat(LoadConnection connection)
    {
        if (connection.Send(SignalRWire.Ping))
        {
            connection.Counters.Heartbeats++;
        }
    }
}
