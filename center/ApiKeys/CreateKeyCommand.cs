using System.Globalization;

namespace Microservices.Center.ApiKeys;

/// <summary><c>Microservices.Center create-key</c>: makes a key for an operator.</summary>
internal static class CreateKeyCommand
{
    public const string Name = "create-key";

    private const string Usage = """
        create-key --file FILE --id NAME --apps APP,…|* --scopes SCOPE,…|* [--note TEXT] [--expires 2030-01-31T00:00:00Z]
        Adds the key's hash to FILE (made when it isn't there) and prints the key, which is shown this once.
        """;

    private static readonly string[] Known = ["file", "id", "apps", "scopes", "note", "expires"];

    /// <returns>The exit code: 0, or 2 when the arguments are wrong.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        if (Parse(args) is not { } given
            || !given.TryGetValue("file", out var file)
            || !given.TryGetValue("id", out var id)
            || !given.TryGetValue("apps", out var apps)
            || !given.TryGetValue("scopes", out var scopes))
        {
            error.WriteLine(Usage);
            return 2;
        }

        var expires = (DateTimeOffset?)null;
        if (given.TryGetValue("expires", out var text))
        {
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            {
                error.WriteLine($"--expires: '{text}' is not a time such as 2030-01-31T00:00:00Z.");
                return 2;
            }

            expires = instant;
        }

        try
        {
            var note = given.GetValueOrDefault("note");
            var key = File.Exists(file)
                ? ApiKeyFile.Add(file, id, List(apps), List(scopes), note, expires)
                : ApiKeyFile.Create(file, id, List(apps), List(scopes), note, expires);
            output.WriteLine(key);
            return 0;
        }
        catch (Exception fault) when (fault is ApiKeyFileException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(fault.Message);
            return 2;
        }
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, string>? Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || !Known.Contains(args[i][2..]) || !given.TryAdd(args[i][2..], args[i + 1]))
            {
                return null;
            }
        }

        return args.Length % 2 == 0 ? given : null;
    }
}
