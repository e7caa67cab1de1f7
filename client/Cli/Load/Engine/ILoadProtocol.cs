namespace Microservices.Cli.Load.Engine;

/// <summary>
/// What is spoken on the connections of a loop, whose thread makes every call. What belongs to one connection is kept in <see cref="LoadConnection.State"/>.
/// </summary>
internal interface ILoadProtocol
{
    /// <summary>The connection stands: say what a client says first. It is called again when the connection was opened again.</summary>
    void Open(LoadConnection connection);

    /// <summary>Bytes came.</summary>
    /// <param name="connection">The connection that they came on.</param>
    /// <param name="bytes">What was not consumed before, and what follows it; valid until the call returns.</param>
    /// <returns>How many are done with; the rest comes again in front of what follows.</returns>
    int Receive(LoadConnection connection, ReadOnlySpan<byte> bytes);

    /// <summary>Sends one heartbeat, or what the protocol has in its place, and counts it.</summary>
    void Beat(LoadConnection connection);

    /// <summary>Says goodbye on a connection that is ready; it is closed then.</summary>
    void Leave(LoadConnection connection)
    {
    }
}
