using System.Buffers;
using System.Globalization;
using Microservices.Contracts;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Diagnostics;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Commands;

/// <summary>Finds who handles a frame, and judges version and state first.</summary>
internal sealed class CommandTable
{
    private readonly ICommandHandler?[] _handlers;
    private readonly GatewayMetrics _metrics;

    public CommandTable(IEnumerable<ICommandHandler> handlers, GatewayMetrics metrics)
    {
        _metrics = metrics;
        var all = handlers.ToArray();
        _handlers = new ICommandHandler?[all.Max(static handler => (int)handler.Command) + 1];
        foreach (var handler in all)
        {
            _handlers[(int)handler.Command] = handler;
        }
    }

    /// <inheritdoc cref="ICommandHandler.Handle"/>
    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        _metrics.FrameIn(header.Command, header.Length);
        if (!ProtocolVersion.IsSupported(header.Version))
        {
            RefuseVersion(connection, header);
            return null;
        }

        connection.Heard(header.Version);
        var handler = (uint)header.Command < (uint)_handlers.Length ? _handlers[(int)header.Command] : null;
        if (connection.Session is null && handler is not { WorksUnverified: true })
        {
            RefuseUnverified(connection, header);
            return null;
        }

        if (handler is null)
        {
            RefuseUnknown(connection, header.Command);
            return null;
        }

        return handler.Handle(connection, header, body);
    }

    /// <summary>The command is none that this client may know.</summary>
    public static void RefuseUnknown(Connection connection, Command command) =>
        connection.Fail(command, id: null, Code.UnknownCommand, string.Create(CultureInfo.InvariantCulture, $"Command {(uint)command} is not known here."));

    /// <summary>The client names an app that has no session on this connection.</summary>
    public static void RefuseUnbound(Connection connection, Command command, string id, string app) =>
        connection.Fail(command, id, Code.NotBound, "The app has no session on this connection.", app: Identifiers.FaultOfApp(app) is null ? app : "");

    private static void RefuseVersion(Connection connection, FrameHeader header)
    {
        connection.AnswerIn(header.Version);
        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"Version {header.Version}; {ProtocolVersion.Min} to {ProtocolVersion.Max} are spoken, and JSON with 0, 1, and 100 and above.");
        connection.Close(Code.UnsupportedVersion, message, new Error
        {
            Command = header.Command,
            Code = Code.UnsupportedVersion,
            Reason = CodeTable.NameOf(Code.UnsupportedVersion),
            Message = message,
            MinVersion = ProtocolVersion.Min,
            MaxVersion = ProtocolVersion.Max,
        });
    }

    private static void RefuseUnverified(Connection connection, FrameHeader header)
    {
        // The chat protocol drops what comes before a verify has succeeded; a heartbeat is nothing to complain about for anybody.
        if (header.Version == ProtocolVersion.Current && header.Command != Command.Heartbeat)
        {
            connection.Fail(header.Command, id: null, Code.NotVerified, "Verify first.");
        }
    }
}
