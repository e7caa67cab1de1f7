using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Standalone;

/// <summary>docs/http-api.md, read as a newcomer reads it: each example is run by curl against Standalone, and answers as the page says.</summary>
public sealed partial class HttpDocsTests
{
    [Fact]
    public async Task Examples_RunInOrder_AnswerAsThePageSaysAndUseEveryOperation()
    {
        var examples = HttpExample.ReadAll(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "http-api.md"), TestContext.Current.CancellationToken));
        using var folder = new TempFolder();
        await using var standalone = await StandaloneProcess.StartAsync(folder.Path, StandaloneProcess.FreeOffset());
        await standalone.WaitForWelcomeAsync();
        var alice = (await standalone.DemoUsersAsync()).Single(user => user.Name == "alice");
        await using var client = await WireClient.LoginAsync(standalone.PortOf(StandaloneProcess.GatewayPort), alice);
        var variables = new Dictionary<string, string>
        {
            ["CENTER"] = $"http://127.0.0.1:{standalone.PortOf(StandaloneProcess.CenterHttpPort)}",
            ["KEY"] = (await File.ReadAllTextAsync(standalone.KeyFile, TestContext.Current.CancellationToken)).Trim(),
            ["JOB"] = "",
        };

        foreach (var example in examples)
        {
            var (status, body) = await example.RunAsync(variables);
            Assert.True(example.Status == status, $"{example.Command}\n{status}, not {example.Status}: {body}");
            example.AssertShape(body);
            if (status == 202)
            {
                variables["JOB"] = (string)JsonNode.Parse(body)!["id"]!;
            }
        }

        Assert.Equal(Operations(), examples.Where(example => example.Status < 300).Select(example => OperationOf(example.Command)).Distinct().Order());
        await standalone.StopAsync();
    }

    // "VERB /path/{field}", of docs/openapi.json.
    private static string[] Operations() =>
    [
        .. JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "openapi.json")))!["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(verb => $"{verb.Key.ToUpperInvariant()} {path.Key}"))
            .Order(),
    ];

    private static string OperationOf(string command)
    {
        var verb = Verb().Match(command) is { Success: true } given ? given.Groups[1].Value : command.Contains("--json", StringComparison.Ordinal) ? "POST" : "GET";
        var path = Target().Match(command).Groups[1].Value;
        return Operations().Single(operation => Regex.IsMatch($"{verb} {path}", $"^{Field().Replace(operation, "[^/]+")}$"));
    }

    [GeneratedRegex("-X ([A-Z]+)")]
    private static partial Regex Verb();

    [GeneratedRegex(@"\$CENTER([^?""]+)")]
    private static partial Regex Target();

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex Field();
}
