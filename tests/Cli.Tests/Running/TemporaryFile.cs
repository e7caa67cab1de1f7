namespace Microservices.Cli.Tests.Running;

/// <summary>A file that is gone after the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string? content = null)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"cli-tests-{Guid.NewGuid():N}");
        if (content is not null)
        {
            File.WriteAllText(Path, content);
        }
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
