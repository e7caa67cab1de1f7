using System.CommandLine;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Center;

/// <summary>The options by which a command finds the center and is let in.</summary>
internal sealed class CenterOptions
{
    /// <summary>Where the key may stand besides a file and the command line.</summary>
    public const string KeyVariable = "MICROSERVICES_API_KEY";

    private const string DefaultKeyFile = "./data/api-key.txt";

    private readonly Option<string> _center = new("--center")
    {
        Description = "The center's gRPC address.",
        DefaultValueFactory = static _ => "http://127.0.0.1:8300",
        HelpName = "url",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = "The API key; others on this machine can see it, so prefer --key-file.",
        HelpName = "key",
    };

    private readonly Option<string?> _keyFile = new("--key-file")
    {
        Description = $"A file with the API key; otherwise the environment's {KeyVariable} or {DefaultKeyFile}.",
        HelpName = "file",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_center);
        command.Options.Add(_key);
        command.Options.Add(_keyFile);
    }

    /// <summary>A connection, not opened yet.</summary>
    /// <exception cref="CliException">There is no key, or no address.</exception>
    public CenterConnection Connect(ParseResult parsed) =>
        new(Options.Url("--center", parsed.GetRequiredValue(_center)), Key(parsed));

    /// <summary>The API key, for a process that this one starts: by its environment, as others can see its arguments.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public string Key(ParseResult parsed) => Key(parsed.GetValue(_key), parsed.GetValue(_keyFile));

    private static string Key(string? key, string? file)
    {
        if (key is not null && file is not null)
        {
            throw new CliException("--key and --key-file are both given; give one");
        }

        if (key is not null)
        {
            return Secrets.Check("API key", "of --key", key);
        }

        if (file is not null)
        {
            return Secrets.FromFile("API key", file);
        }

        if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } variable)
        {
            return Secrets.Check("API key", $"of {KeyVariable}", variable);
        }

        return File.Exists(DefaultKeyFile)
            ? Secrets.FromFile("API key", DefaultKeyFile)
            : throw new CliException($"There is no API key: give --key-file, set {KeyVariable}, or start the standalone server here, which writes {DefaultKeyFile}");
    }
}
