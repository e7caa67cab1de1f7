using System.CommandLine;
using Microservices.Cli.CommandLine;
using Microservices.Client;
using Microservices.Client.Endpoints;

namespace Microservices.Cli.Chat;

/// <summary><c>chat</c>: logs in as a user, sends what is typed, and shows what arrives.</summary>
internal static class ChatCommand
{
    public static Command Create(Terminal terminal)
    {
        var app = Options.App();
        var user = new Option<string>("--user") { Description = "Who you are.", Required = true, HelpName = "name" };
        var token = new Option<string?>("--token") { Description = "Your token; others on this machine can see it, so prefer --token-file.", HelpName = "token" };
        var tokenFile = new Option<string?>("--token-file") { Description = "A file with your token.", HelpName = "file" };
        var data = new Option<string?>("--data")
        {
            Description = $"The standalone server's folder: the token of a demo user. Default {ChatToken.DefaultData}.",
            HelpName = "folder",
        };
        var device = new Option<string?>("--device") { Description = "The device, for apps that allow several.", HelpName = "name" };
        var dispatcher = new Option<string>("--dispatcher")
        {
            Description = "Where to ask for a gateway.",
            DefaultValueFactory = static _ => "http://127.0.0.1:8100",
            HelpName = "url",
        };
        var gateway = new Option<string?>("--gateway") { Description = "The gateway, host:port, instead of asking the dispatcher.", HelpName = "address" };
        var stay = new Option<bool>("--stay") { Description = "Go on receiving when the input, a file or a pipe, is at its end." };
        var command = new Command("chat", $"Chat as a user and see pushes. Type {ChatLine.Usage}.")
        {
            user, token, tokenFile, data, app, device, dispatcher, gateway, stay,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(user);
            var address = parsed.GetValue(gateway);
            await using var client = Client(() => new PushClientOptions
            {
                App = parsed.GetRequiredValue(app),
                User = name,
                Token = ChatToken.Of(name, parsed.GetValue(token), parsed.GetValue(tokenFile), parsed.GetValue(data)),
                Device = parsed.GetValue(device) ?? "",
                Dispatchers = address is null ? [Options.Url("--dispatcher", parsed.GetRequiredValue(dispatcher))] : [],
                Endpoints = address is null ? [] : [Gateway(address)],
            });
            await new Conversation(client, new ChatScreen(terminal, name), terminal.In, parsed.GetValue(stay)).RunAsync(cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static PushClient Client(Func<PushClientOptions> options)
    {
        try
        {
            return new PushClient(options());
        }
        catch (ArgumentException fault)
        {
            // "(Parameter 'X')" is for programmers.
            throw new CliException(fault.Message.Split(" (Parameter")[0]);
        }
    }

    private static Endpoint Gateway(string address)
    {
        try
        {
            return Endpoint.Parse(address);
        }
        catch (FormatException)
        {
            throw new CliException($"--gateway '{address}' is not host:port");
        }
    }
}
