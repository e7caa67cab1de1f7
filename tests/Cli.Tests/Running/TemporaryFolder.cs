namespace Microservices.Cli.Tests.Running;

/// <summary>A folder with one file, gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(string file, string content)
    {
        Path = Directory.CreateTempSubdirectory("cli-tests-").FullName;
        File.WriteAllText(System.IO.Path.Combine(Path, file), content);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
