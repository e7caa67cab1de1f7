namespace Microservices.Testing;

/// <summary>Where the repository and what it built are.</summary>
public static class Repository
{
    /// <summary>The folder of Microservices.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The dll of a project that was built in the same configuration as the running tests.</summary>
    /// <param name="folder">The project's folder from the root, such as <c>gateway</c> or <c>client/Cli</c>.</param>
    /// <param name="project">The project's name, such as <c>Gateway</c>.</param>
    public static string Dll(string folder, string project)
    {
        // …/bin/<configuration>/<framework>/
        var output = Path.GetFullPath(AppContext.BaseDirectory).TrimEnd('/').Split('/');
        var path = Path.Combine(Root, folder, "bin", output[^2], output[^1], $"Microservices.{project}.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built: {path}. Build it first: dotnet build {folder}");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Microservices.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Microservices.sln above {AppContext.BaseDirectory}.");
    }
}
