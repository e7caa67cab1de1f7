using System.CommandLine;
using Microservices.Cli.Chat;
using Microservices.Client;
using Microservices.Client.Endpoints;

namespace Microservices.Cli.CommandLine;

/// <summary>The options of commands that log in as a user.</summary>
internal sealed class UserOptions
{
    private readonly Option<string> _app = Options.App();

    private readonly Option<string> _user = new("--user") { Description = "Who you are.", Required = true, HelpName = "name" };

    private readonly Option<string?> _token = new("--token")
    {
        Description = "Your token; others on this machine can see it, so prefer --token-file.",
        HelpName = "token",
    };

    private readonly Option<string?> _tokenFile = new("--token-file") { Description = "A file with your token.", HelpName = "file" };

    private readonly Option<string?> _tokenCommand = new("--token-command")
    {
        Description = "A command that prints your token: run before each connection, and before a token's end to go on with the next one.",
        HelpName = "command",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = $"The standalone server's folder: the token of a demo user. Default {ChatToken.DefaultData}.",
        HelpName = "folder",
    };

    private readonly Option<string?> _device = new("--device") { Description = "The device, for apps that allow several.", HelpName = "name" };

    private readonly Option<string> _dispatcher = new("--dispatcher")
    {
        Description = "Where to ask for a gateway.",
        DefaultValueFactory = static _ => "http://127.0.0.1:8100",
        HelpName = "url",
    };

    private readonly Option<string?> _gateway = new("--gateway")
    {
        Description = "The gateway, host:port, instead of asking the dispatcher.",
        HelpName = "address",
    };

    private readonly Option<bool> _tls = new("--tls") { Description = "Connect to the gateway with TLS." };

    private readonly Option<string?> _caFile = new("--ca-file")
    {
        Description = "With TLS: a PEM file of the authorities to trust, in place of the system's.",
        HelpName = "file",
    };

    private readonly Option<string?> _serverName = new("--server-name")
    {
        Description = "With TLS: the name that the gateway's certificate must be for. Default: the host that is connected to.",
        HelpName = "name",
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _user, _token, _tokenFile, _tokenCommand, _data, _app, _device, _dispatcher, _gateway, _tls, _caFile, _serverName })
        {
            command.Options.Add(option);
        }
    }

    public string UserOf(ParseResult parsed) => parsed.GetRequiredValue(_user);

    /// <summary>A client for that user.</summary>
    /// <param name="parsed">What was given.</param>
    /// <param name="more">What the client is to do.</param>
    /// <exception cref="CliException">An option is bad, or there is no token.</exception>
    public PushClient Client(ParseResult parsed, Func<ClientLogin, PushClientOptions> more)
    {
        var user = UserOf(parsed);
        var address = parsed.GetValue(_gateway);
        try
        {
            return new PushClient(more(new ClientLogin(
                parsed.GetRequiredValue(_app),
                user,
                parsed.GetValue(_device) ?? "",
                ChatToken.Of(user, parsed.GetValue(_token), parsed.GetValue(_tokenFile), parsed.GetValue(_tokenCommand), parsed.GetValue(_data)),
                parsed.GetValue(_tokenCommand) is { } command ? cancellationToken => TokenProgram.RunAsync(command, cancellationToken) : null,
                address is null ? [Options.Url("--dispatcher", parsed.GetRequiredValue(_dispatcher))] : [],
                address is null ? [] : [Gateway(address)],
                Tls(parsed))));
        }
        catch (ArgumentException fault)
        {
            // "(Parameter 'X')" is for programmers.
            throw new CliException(fault.Message.Split(" (Parameter")[0]);
        }
    }

    private TlsOptions? Tls(ParseResult parsed)
    {
        var (caFile, serverName) = (parsed.GetValue(_caFile), parsed.GetValue(_serverName));
        if (parsed.GetValue(_tls))
        {
            return new TlsOptions { CaFile = caFile, ServerName = serverName };
        }

        return caFile is null && serverName is null ? null : throw new CliException($"{(caFile is null ? "--server-name" : "--ca-file")} needs --tls");
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
