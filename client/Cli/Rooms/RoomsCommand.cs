using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Rooms;

/// <summary><c>rooms</c>: the live gateways.</summary>
internal static class RoomsCommand
{
    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var command = new Command("rooms", "List the live gateways.");
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var reply = await connection.CallAsync(static (client, call) => client.ListRoomsAsync(new ListRoomsRequest(), call), cancellationToken);
            var table = Tables.Create("gateway", "state", "connections", "sessions", "zone", "addresses", "incarnation");
            foreach (var room in reply.Rooms)
            {
                table.Row(
                    room.Name,
                    room.Draining ? "draining" : "live",
                    Units.Count(room.Connections),
                    Units.Count(room.Sessions),
                    room.Zone,
                    string.Join(", ", room.Addresses),
                    room.Incarnation.ToString("x16"));
            }

            terminal.Out.Write(table);
            terminal.Out.Line($"{Units.Count(reply.Rooms.Count)} {(reply.Rooms.Count == 1 ? "gateway" : "gateways")}");
            return ExitCode.Done;
        });
        return command;
    }
}
