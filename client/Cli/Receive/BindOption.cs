using System.CommandLine;
using Microservices.Cli.CommandLine;
using Microservices.Client.Apps;

namespace Microservices.Cli.Receive;

/// <summary><c>--bind app:user:file</c>: a further app on the same connection. The token comes from a file: others on this machine can see a command line.</summary>
internal static class BindOption
{
    public static Option<string[]> Create() => new("--bind")
    {
        Description = "A further app, its user, and a file with that user's token there; may be repeated.",
        HelpName = "app:user:file",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <exception cref="CliException">It is not app:user:file, or there is no token in the file.</exception>
    public static AppLogin Parse(string value) => value.Split(':', 3) is [{ Length: > 0 } app, { Length: > 0 } user, { Length: > 0 } file]
        ? new AppLogin { App = app, User = user, Token = Secrets.FromFile("token", file) }
        : throw new CliException($"--bind '{value}' is not app:user:file");
}
