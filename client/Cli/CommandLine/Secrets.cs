namespace Microservices.Cli.CommandLine;

/// <summary>Reads keys and tokens. What it throws names the file, never the secret.</summary>
internal static class Secrets
{
    private const int MaxLength = 4_096;

    /// <summary>The first line of a file that has one.</summary>
    /// <exception cref="CliException">The file is missing, unreadable or empty, or holds something else than a secret.</exception>
    public static string FromFile(string what, string path)
    {
        try
        {
            var line = File.ReadLines(path).FirstOrDefault(static line => !string.IsNullOrWhiteSpace(line))?.Trim();
            return line is null ? throw new CliException($"The {what} file '{path}' is empty") : Check(what, $"in '{path}'", line);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"The {what} file '{path}' cannot be read: {Reason(fault)}");
        }
    }

    /// <summary>The secret, when it can travel in a header.</summary>
    /// <exception cref="CliException">It is empty, too long, or not visible ASCII.</exception>
    public static string Check(string what, string where, string secret) =>
        secret.Length is > 0 and <= MaxLength && secret.All(static letter => letter is >= '!' and <= '~')
            ? secret
            : throw new CliException($"The {what} {where} is not 1 to {MaxLength} visible ASCII characters");

    private static string Reason(Exception fault) => fault switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "access is denied",
        _ => fault.Message,
    };
}
