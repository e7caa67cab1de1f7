using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Tokens;

/// <summary>A new file that only its owner can read.</summary>
internal static class PrivateFile
{
    /// <exception cref="CliException">The file cannot be written.</exception>
    public static void Write(string path, string secret)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                if (File.Exists(path))
                {
                    // The mode above is for new files only.
                    File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                }
            }

            using var file = new StreamWriter(path, options);
            file.WriteLine(secret);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"The file '{path}' cannot be written: {fault.Message}");
        }
    }
}
