using Microservices.Gateway.WebSockets;
using Microservices.Protocol;

namespace Microservices.Gateway.Connections;

/// <summary>What stands around the frames of a connection: nothing, or a WebSocket.</summary>
internal sealed partial class Connection
{
    /// <summary>What the client is answered in.</summary>
    public Framing Framing => _framing;

    /// <summary>The framing of a frame of <paramref name="version"/> to this client.</summary>
    public Framing FramingFor(uint version) => ClientFraming.For(_framing, version);

    /// <summary>An encoded frame in the framing of this connection. Valid until the thread asks for the next one.</summary>
    public ReadOnlySpan<byte> Framed(ReadOnlySpan<byte> frame) =>
        _framing is not Framing.Raw and var framing ? ClientFraming.Wrap(framing, frame) : frame;

    /// <summary>A message of the WebSocket came: it is answered in its kind. A text message is answered in JSON, also when it can't be read.</summary>
    public void AnswerIn(Framing framing)
    {
        _framing = framing;

        if (framing == Framing.Text && _version == ProtocolVersion.Current)
        {
            Volatile.Write(ref _version, TextEnvelope.Version);
        }
    }

    /// <summary>Posts what is no frame of the protocol: the answer to the handshake, a pong.</summary>
    /// <returns>False: it is dropped.</returns>
    public bool TryPostBare(ReadOnlySpan<byte> bytes) => _outbox.Post(bytes) is Transport.PostOutcome.Sent or Transport.PostOutcome.Waiting;

    /// <summary>
    /// The client closes its WebSocket, and reads no more. As on any link it may come back and resume: only a goodbye (12) ends its session.
    /// </summary>
    /// <param name="answer">The Close frame that it gets.</param>
    public void CloseAsAsked(ReadOnlySpan<byte> answer)
    {
        if (TryBeginClose(Code.ConnectionLost, "The client closed its WebSocket."))
        {
            Complete(answer);
        }
    }

    private ReadOnlySpan<byte> FramedLast(ReadOnlySpan<byte> frame, Code reason) =>
        _framing is not Framing.Raw and var framing ? ClientFraming.WrapLast(framing, frame, reason) : frame;
}
