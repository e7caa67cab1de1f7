namespace Microservices.Testing;

/// <summary>Servers come from Debian. A missing one fails the tests; it never skips them.</summary>
public static class DebianPackage
{
    /// <summary>Throws when none of the paths exists.</summary>
    /// <exception cref="InvalidOperationException">The message names the package and the command that installs it.</exception>
    public static void Require(string package, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            if (File.Exists(path))
            {
                return;
            }
        }

        throw new InvalidOperationException(
            $"The Debian package {package} is missing ({string.Join(", ", paths)}): apt-get install -y --no-install-recommends {package}");
    }
}
