using Google.Protobuf;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Push;

/// <summary>A message that stands in a file.</summary>
internal static class PayloadFile
{
    // No app takes more than what fits into one call; the app's own limit is the center's to say.
    private const long MaxBytes = 4 * 1024 * 1024;

    /// <exception cref="CliException">The file is missing, unreadable, empty or too large.</exception>
    public static ByteString Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return file.Length is > 0 and <= MaxBytes
                ? ByteString.FromStream(file)
                : throw new CliException($"The file '{path}' has {file.Length} bytes; a message has 1 to {MaxBytes}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"The file '{path}' cannot be read: {fault.Message}");
        }
    }
}
