using System.Text.RegularExpressions;
using Microservices.Testing;

namespace Microservices.Contracts.Tests;

/// <summary>docs/security: each threat names a test, and each test that is named exists.</summary>
public sealed partial class SecurityDocsTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "security");

    private static readonly HashSet<string> Methods =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(static file => Declaration.Matches(File.ReadAllText(file)))
            .Select(static declared => declared.Groups[1].Value),
    ];

    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Folder, "*.md").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_EachThreat_NamesTestsThatExist(string page)
    {
        var threats = File.ReadLines(Path.Combine(Folder, page)).Where(static line => line.StartsWith('|')).Skip(2).ToArray();

        Assert.NotEmpty(threats);
        Assert.All(threats, static threat =>
        {
            var cell = threat.TrimEnd('|', ' ').Split(" | ")[^1];
            var named = TestName.Matches(cell).Select(static name => name.Value).ToArray();
            Assert.True(named.Length > 0 || NamesAFile(cell), $"No test is named: {threat}");
            Assert.All(named, name => Assert.True(Methods.Contains(name), $"There is no test {name}, which is named for: {threat}"));
        });
    }

    [Fact]
    public void Index_EachPage_IsNamed()
    {
        var index = File.ReadAllText(Path.Combine(Repository.Root, "docs", "security.md"));

        Assert.All(Directory.EnumerateFiles(Folder, "*.md"), page => Assert.Contains($"(security/{Path.GetFileName(page)})", index, StringComparison.Ordinal));
    }

    // Tests of the browser client have names in words, so their file is looked for; a class stands for all of its tests.
    private static bool NamesAFile(string cell) =>
        TestFile.Matches(cell).Select(static name => name.Value).ToArray() is { Length: > 0 } files
        && files.All(static file => Directory.EnumerateFiles(Path.Combine(Repository.Root, file.EndsWith(".ts", StringComparison.Ordinal) ? "client/js/tests" : "tests"),
            file.EndsWith(".ts", StringComparison.Ordinal) ? file : $"{file}.cs", SearchOption.AllDirectories).Any());

    [GeneratedRegex(@"\b(?:Task|void)\s+(\w+_\w+)\s*\(")]
    private static partial Regex Declaration { get; }

    [GeneratedRegex(@"[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+")]
    private static partial Regex TestName { get; }

    [GeneratedRegex(@"[a-z-]+\.test\.ts|[A-Z]\w*Tests")]
    private static partial Regex TestFile { get; }
}
