using System.CommandLine;
using Google.Protobuf;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Apps;

/// <summary><c>apps list</c>, <c>apps get</c>, <c>apps put</c>: apps and their policies.</summary>
internal static class AppsCommand
{
    private static readonly JsonFormatter Json = new(
        JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithPreserveProtoFieldNames(true).WithIndentation());

    public static Command Create(Terminal terminal) =>
        new("apps", "List, show and change apps and their policies.") { List(terminal), Get(terminal), Put(terminal) };

    private static Command List(Terminal terminal)
    {
        var center = new CenterOptions();
        var command = new Command("list", "List the apps that the key is for.");
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var reply = await connection.CallAsync(static (client, call) => client.ListAppsAsync(new ListAppsRequest(), call), cancellationToken);
            var table = Tables.Create("app", "sessions per user", "chat", "broadcast", "liveness", "silence limit", "revision");
            foreach (var app in reply.Apps)
            {
                table.Row(
                    app.Name,
                    app.SessionPerDevice ? "one per device" : "one",
                    app.ChatUsers ? "yes" : "no",
                    app.ChatBroadcast ? "yes" : "no",
                    app.LivenessPreset.Length == 0 ? "plain" : app.LivenessPreset,
                    app.LivenessPreset == "patient" ? "-" : app.SilenceLimitMs == 0 ? "default" : Units.Seconds(TimeSpan.FromMilliseconds(app.SilenceLimitMs)),
                    Units.Count((long)app.Revision));
            }

            terminal.Out.Write(table);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Get(Terminal terminal)
    {
        var center = new CenterOptions();
        var name = Name();
        var command = new Command("get", "Show an app's policy as JSON.") { name };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new GetAppRequest { Name = parsed.GetRequiredValue(name) };
            Print(terminal, await connection.CallAsync((client, call) => client.GetAppAsync(request, call), cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Put(Terminal terminal)
    {
        var center = new CenterOptions();
        var name = Name();
        var set = new Option<string[]>("--set")
        {
            Description = "A field and its new value, as 'get' shows them; several times. Nothing else of the app changes.",
            HelpName = "field=value",
            DefaultValueFactory = static _ => [],
        };
        var addKey = new Option<string[]>("--add-key")
        {
            Description = "A file with a JSON Web Key that signs tokens: its public part, or its secret (HS256), is added to the app's keys. Several times.",
            HelpName = "file",
            DefaultValueFactory = static _ => [],
        };
        var removeKey = new Option<string[]>("--remove-key")
        {
            Description = "The kid of a key whose tokens are not taken any more. Several times.",
            HelpName = "kid",
            DefaultValueFactory = static _ => [],
        };
        var create = new Option<bool>("--create") { Description = "Make the app; it must not exist yet." };
        var command = new Command("put", "Change an app's policy, or make an app.") { name, set, addKey, removeKey, create };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var get = new GetAppRequest { Name = parsed.GetRequiredValue(name) };
            var app = parsed.GetValue(create)
                ? new AppDescription { Name = get.Name }
                : await connection.CallAsync((client, call) => client.GetAppAsync(get, call), cancellationToken);
            foreach (var assignment in parsed.GetRequiredValue(set))
            {
                AppFields.Set(app, assignment);
            }

            AppKeys.Change(app, parsed.GetRequiredValue(addKey), parsed.GetRequiredValue(removeKey));

            // Refused when somebody else changed it meanwhile.
            var put = new PutAppRequest { App = app, IfRevision = app.Revision };
            Print(terminal, await connection.CallAsync((client, call) => client.PutAppAsync(put, call), cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "The app." };

    private static void Print(Terminal terminal, AppDescription app) => terminal.Out.Profile.Out.Writer.WriteLine(Json.Format(app));
}
