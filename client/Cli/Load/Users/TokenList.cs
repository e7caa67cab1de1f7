using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load.Users;

/// <summary>A file with a user and its token in each line. What it throws names the file and the line, never the token.</summary>
internal static class TokenList
{
    /// <summary>Reads so many users, behind the first ones.</summary>
    /// <exception cref="CliException">The file cannot be read, has too few lines, or a line is something else.</exception>
    public static LoadUser[] Read(string path, int first, int count)
    {
        try
        {
            var users = new List<LoadUser>(count);
            var number = 0;
            var skipped = 0;
            foreach (var line in File.ReadLines(path))
            {
                number++;
                var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (parts.Length == 0 || skipped++ < first)
                {
                    continue;
                }

                if (parts.Length != 2)
                {
                    throw new CliException($"Line {number} of '{path}' is not a user and its token");
                }

                users.Add(new LoadUser(parts[0], Secrets.Check("token", $"in line {number} of '{path}'", parts[1])));
                if (users.Count == count)
                {
                    return [.. users];
                }
            }

            throw new CliException($"'{path}' has {Units.Count(skipped)} users; {Units.Count(first + count)} are needed");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"The token file '{path}' cannot be read: {(fault is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : fault.Message)}");
        }
    }
}
