using System.Buffers.Text;
using System.Security.Cryptography;

namespace Microservices.Center.Console.Assets;

/// <summary>A file of the pages. It is part of the assembly, so that it is there in whatever process the center runs.</summary>
internal sealed class ConsoleAsset
{
    private const int VersionLength = 12;

    public ConsoleAsset(string name, string contentType)
    {
        using var resource = typeof(ConsoleAsset).Assembly.GetManifestResourceStream($"console/{name}")
            ?? throw new InvalidOperationException($"The file {name} is not part of the build.");
        Content = new byte[resource.Length];
        resource.ReadExactly(Content);
        (Name, ContentType) = (name, contentType);
        Version = Base64Url.EncodeToString(SHA256.HashData(Content))[..VersionLength];
    }

    public string Name { get; }

    public string ContentType { get; }

    public byte[] Content { get; }

    /// <summary>Another one for another content.</summary>
    public string Version { get; }

    public string Url => $"{ConsolePaths.Assets}/{Name}?v={Version}";
}
