using System.Buffers;
using Microservices.Gateway.Connections;
using Microservices.Protocol;

namespace Microservices.Gateway.Commands;

/// <summary>What the gateway does about one command. Runs on the I/O thread: must not block.</summary>
internal interface ICommandHandler
{
    /// <summary>Which command.</summary>
    Command Command { get; }

    /// <summary>Works before a verify has succeeded.</summary>
    bool WorksUnverified { get; }

    /// <summary>Does it.</summary>
    /// <param name="connection">Where it came from.</param>
    /// <param name="header">The frame's header; its version is spoken.</param>
    /// <param name="body">Valid until the return.</param>
    /// <returns>When the connection may read on; null = at once.</returns>
    /// <exception cref="ProtocolException">The client's fault.</exception>
    Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body);
}
