using Microservices.Cli.Load.Engine;

namespace Microservices.Benchmarks.Peers.Protocols;

/// <summary>A subscriber of MQTT 3.1.1 in QoS 0.</summary>
internal sealed class MqttProtocol : ILoadProtocol
{
    public void Open(LoadConnection connection) => connection.Send(MqttWire.Connect($"client-{connection.Index}"));

    public int Receive(LoadConnection connection, ReadOnlySpan<byte> bytes)
    {
        var done = 0;
        while (MqttWire.TryRead(bytes[done..], out var kind, out var body) is not 0 and var read)
        {
            if (read < 0 || !Take(connection, kind, body, bytes.Slice(done, read)))
            {
                connection.Fail("not understood");
                return bytes.Length;
            }

            done += read;
        }

        return done;
    }

    public void Beat(LoadConnection connection)
    {
        if (connection.Send(MqttWire.Ping))
        {
            connection.Counters.Heartbeats++;
        }
    }

    private static bool Take(LoadConnection connection, byte kind, ReadOnlySpan<byte> body, ReadOnlySpan<byte> packet)
    {
        switch (kind)
        {
            case MqttWire.Message:
                connection.Delivered(packet);
                return true;
            case MqttWire.ConnectAck when body is [_, 0]:
                connection.Send(MqttWire.Subscribe);
                return true;
            case MqttWire.SubscribeAck when body is [_, _, 0]:
                connection.Ready();
                return true;
            case MqttWire.PingAnswer:
                connection.Counters.HeartbeatAcks++;
                return true;
            default:
                return false;
        }
    }
}
