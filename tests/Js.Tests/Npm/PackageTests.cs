using System.Text.Json;

namespace Microservices.Js.Tests.Npm;

/// <summary>The browser client as its own tools see it: what they find wrong fails here, with their output.</summary>
public sealed class PackageTests(JsPackage package)
{
    private const int MaxBundleBytes = 64 * 1024;

    [Fact]
    public Task Types_AreRight() => package.RunInstalledAsync("run", "typecheck");

    [Fact]
    public Task Format_IsThatOfTheFolder() => package.RunInstalledAsync("run", "format:check");

    [Fact]
    public async Task UnitTests_Pass()
    {
        var output = await package.RunInstalledAsync("test");

        Assert.Matches("Tests .*[0-9]{3} passed", output);
    }

    [Fact]
    public async Task Build_MakesModulesDeclarationsAndOneSmallFile()
    {
        await package.BuildAsync();

        var dist = Path.Combine(JsPackage.Folder, "dist");
        Assert.True(File.Exists(Path.Combine(dist, "index.js")));
        Assert.True(File.Exists(Path.Combine(dist, "index.d.ts")));
        var bundle = new FileInfo(Path.Combine(dist, "push-client.min.js"));
        Assert.InRange(bundle.Length, 1, MaxBundleBytes);
        Assert.DoesNotContain("import ", await File.ReadAllTextAsync(bundle.FullName, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void Package_NeedsNothingAtRunTimeAndPinsItsTools()
    {
        using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(JsPackage.Folder, "package.json")));

        Assert.False(package.RootElement.TryGetProperty("dependencies", out _));
        Assert.All(package.RootElement.GetProperty("devDependencies").EnumerateObject(), static tool => Assert.Matches(@"^[0-9]+\.[0-9]+\.[0-9]+$", tool.Value.GetString()));
    }

    [Fact]
    public void LockFile_NamesNoRegistryAndChecksWhatComes()
    {
        using var lockFile = JsonDocument.Parse(File.ReadAllText(Path.Combine(JsPackage.Folder, "package-lock.json")));
        var packages = lockFile.RootElement.GetProperty("packages").EnumerateObject().Where(static one => one.Name.Length > 0).ToArray();

        Assert.NotEmpty(packages);
        Assert.All(packages, static one => Assert.False(one.Value.TryGetProperty("resolved", out _), one.Name));
        Assert.All(packages, static one => Assert.StartsWith("sha512-", one.Value.GetProperty("integrity").GetString(), StringComparison.Ordinal));
    }
}
