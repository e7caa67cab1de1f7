using Microservices.Cli.Load.Engine;

namespace Microservices.Benchmarks.Peers.Protocols;

/// <summary>A subscriber of NATS.</summary>
internal sealed class NatsProtocol : ILoadProtocol
{
    private static readonly object Subscribed = new();

    public void Open(LoadConnection connection)
    {
        connection.State = null;
        connection.Send(NatsWire.Login);
    }

    public int Receive(LoadConnection connection, ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        while (NatsWire.TryRead(bytes[done..], out var operation, out _) is > 0 and var read)
        {
            switch (operation)
            {
                case NatsOperation.Message:
                    connection.Delivered(bytes.Slice(done, read));
                    break;
                case NatsOperation.Pong when connection.State != Subscribed:
                    connection.State = Subscribed;
                    connection.Ready();
                    break;
                case NatsOperation.Pong:
                    connection.Counters.HeartbeatAcks++;
                    break;
                case NatsOperation.Ping:
                    connection.Send(NatsWire.Pong);
                    break;
                case NatsOperation.Error or NatsOperation.Unknown:
                    connection.Fail("not understood");
                    return bytes.Length;
            }

            done += read;
        }

        return done;
    }

    public void Beat(LoadConnection connection)
    {
        if (connection.Send(NatsWire.Ping))
        {
            connection.Counters.Heartbeats++;
        }
    }
}
