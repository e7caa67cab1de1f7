using System.Text.Json;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Chat;

/// <summary>Finds the token that a user logs in with.</summary>
internal static class ChatToken
{
    public const string DefaultData = "./data";
    private const string DemoUsers = "demo-users.json";

    /// <summary>The token as given, or from a file, or of a demo user of the standalone server.</summary>
    /// <returns>Empty: a command prints it.</returns>
    /// <exception cref="CliException">There is none, or more than one source is named.</exception>
    public static string Of(string user, string? token, string? tokenFile, string? tokenCommand, string? data)
    {
        if (new[] { token, tokenFile, tokenCommand, data }.Count(static source => source is not null) > 1)
        {
            throw new CliException("--token, --token-file, --token-command and --data exclude one another; give one");
        }

        return tokenCommand is not null ? ""
            : token is not null ? Secrets.Check("token", "of --token", token)
            : tokenFile is not null ? Secrets.FromFile("token", tokenFile)
            : OfDemoUser(user, Path.Combine(data ?? DefaultData, DemoUsers));
    }

    private static string OfDemoUser(string user, string path)
    {
        if (!File.Exists(path))
        {
            throw new CliException($"There is no token for {user}: give --token-file, or start the standalone server here, which writes {path}");
        }

        try
        {
            var users = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(path)) ?? [];
            return users.TryGetValue(user, out var token)
                ? Secrets.Check("token", $"of {user} in '{path}'", token)
                : throw new CliException($"There is no {user} in '{path}'; it has {string.Join(", ", users.Keys)}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            // The text of a parser's fault may quote what stands in the file.
            throw new CliException($"The file '{path}' cannot be read as an object of users and tokens");
        }
    }
}
