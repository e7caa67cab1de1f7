using Microservices.Js.Tests.Npm;
using Microservices.Testing;

[assembly: AssemblyFixture(typeof(JsPackage))]

namespace Microservices.Js.Tests.Npm;

/// <summary>The folder <c>client/js</c>: its packages are installed once for all tests, and built once for those that need the bundle.</summary>
public sealed class JsPackage
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(8);

    private readonly Lazy<Task<string>> _installed = new(static () => InstallAsync());
    private readonly Lazy<Task<string>> _built;

    public JsPackage() => _built = new(() => RunInstalledAsync("run", "build"));

    /// <summary>Where it is.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "client", "js");

    /// <summary>What the build wrote; it leaves its outcome in <c>dist</c>.</summary>
    public Task<string> BuildAsync() => _built.Value;

    /// <summary>Runs npm with the packages installed.</summary>
    public async Task<string> RunInstalledAsync(params string[] arguments)
    {
        await _installed.Value;
        return await NpmAsync(arguments);
    }

    private static async Task<string> InstallAsync()
    {
        DebianPackage.Require("nodejs", PlacesOf("node"));
        DebianPackage.Require("npm", PlacesOf("npm"));
        try
        {
            return await NpmAsync("ci", "--prefer-offline", "--no-audit", "--no-fund");
        }
        catch (Exception fault) when (fault is InvalidOperationException or TimeoutException)
        {
            throw new InvalidOperationException(
                "The packages of client/js (package-lock.json) cannot be installed. They come from npm's registry, or from its cache: does `npm ping` answer?", fault);
        }
    }

    private static string[] PlacesOf(string program) =>
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program))];

    private static Task<string> NpmAsync(params string[] arguments) => Tool.RunAsync("npm", arguments, Folder, Deadline);
}
