using System.Diagnostics;
using Microservices.Testing;

namespace Microservices.Contracts.Tests;

/// <summary>The build itself refuses a reference that the architecture forbids; here it is asked about projects that don't exist.</summary>
public sealed class ArchitectureTests
{
    private static readonly TimeSpan BuildDeadline = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("Gateway", "Center")]
    [InlineData("Center", "Register")]
    [InlineData("Dispatcher", "Gateway")]
    [InlineData("Register", "Dispatcher")]
    [InlineData("Center", "Protocol")]
    [InlineData("Client", "Contracts")]
    [InlineData("Bus", "Hosting")]
    [InlineData("Protocol", "Contracts")]
    [InlineData("Contracts", "Bus")]
    public async Task Build_ForbiddenReference_IsRefusedByName(string project, string reference)
    {
        var (exitCode, output) = await CheckAsync(project, reference);

        Assert.Contains($"error ARCH001: {project} may not reference {reference}", output, StringComparison.Ordinal);
        Assert.NotEqual(0, exitCode);
    }

    [Theory]
    [InlineData("Gateway", "Contracts", "Protocol", "Bus", "Hosting")]
    [InlineData("Center", "Contracts", "Bus", "Hosting")]
    [InlineData("Standalone", "Gateway", "Dispatcher", "Register", "Center", "Contracts", "Bus", "Hosting")]
    [InlineData("Client", "Protocol")]
    [InlineData("Cli", "Client", "Contracts")]
    [InlineData("Bus", "Contracts")]
    [InlineData("Register", "Contracts", "Pipelines.Sockets.Unofficial", "System.IO.Hashing")]
    public async Task Build_AllowedReferences_Pass(string project, params string[] references)
    {
        var (exitCode, output) = await CheckAsync(project, references);

        Assert.DoesNotContain("ARCH001", output, StringComparison.Ordinal);
        Assert.True(exitCode == 0, output);
    }

    private static async Task<(int ExitCode, string Output)> CheckAsync(string project, params string[] references)
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, $"{project}.csproj");
        var items = string.Concat(references.Select(static reference => $"""<ProjectReference Include="../{reference}/{reference}.csproj" />"""));
        await File.WriteAllTextAsync(file, $"""
            <Project>
              <ItemGroup>{items}</ItemGroup>
              <Import Project="{Path.Combine(Repository.Root, "Directory.Build.targets")}" />
            </Project>
            """);

        var start = new ProcessStartInfo("dotnet", ["msbuild", file, "-t:CheckArchitecture", "-nologo", "-nodeReuse:false"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var build = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(BuildDeadline);
        try
        {
            var output = await Task.WhenAll(
                build.StandardOutput.ReadToEndAsync(deadline.Token), build.StandardError.ReadToEndAsync(deadline.Token));
            await build.WaitForExitAsync(deadline.Token);
            return (build.ExitCode, string.Concat(output));
        }
        finally
        {
            if (!build.HasExited)
            {
                build.Kill(entireProcessTree: true);
            }
        }
    }
}
