using System.Text;
using Microservices.Cli.Load.Engine;

namespace Microservices.Cli.Tests.Load.Engine;

/// <summary>A protocol of lines: the first one that comes lets the connection in, each further one is a message. Runs on one loop.</summary>
internal sealed class LinesProtocol : ILoadProtocol
{
    /// <summary>What came, joined by '|'.</summary>
    public string Received { get; private set; } = "";

    /// <summary>What is said first.</summary>
    public byte[] Greeting { get; init; } = "hello\n"u8.ToArray();

    public void Open(LoadConnection connection) => connection.Send(Greeting);

    public int Receive(LoadConnection connection, ReadOnlySpan<byte> bytes)
    {
        var consumed = 0;
        for (int end; (end = bytes[consumed..].IndexOf((byte)'\n')) >= 0; consumed += end + 1)
        {
            var line = bytes.Slice(consumed, end);
            if (connection.Phase == LoadPhase.Ready)
            {
                Received += Encoding.UTF8.GetString(line) + "|";
                connection.Delivered(line);
            }
            else
            {
                connection.Ready(line.SequenceEqual("resumed"u8));
            }
        }

        return consumed;
    }

    public void Beat(LoadConnection connection)
    {
        if (connection.IsBehind)
        {
            connection.Counters.HeartbeatsHeldBack++;
        }
        else if (connection.Send("beat\n"u8))
        {
            connection.Counters.Heartbeats++;
        }
    }

    public void Leave(LoadConnection connection) => connection.Send("bye\n"u8);
}
