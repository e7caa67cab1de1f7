using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Microservices.Integration.Tests.Standalone;

/// <summary>A command of a page, the status that it is to get, and how the answer looks.</summary>
internal sealed partial record HttpExample(string Command, int Status, bool InPart, string Kind, string Answer)
{
    /// <summary>What curl says when the time that the command itself gives is up.</summary>
    private const int TimeIsUp = 28;

    private const int MostSeconds = 30;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    public static HttpExample[] ReadAll(string page)
    {
        HttpExample[] examples =
        [
            .. Block().Matches(page).Select(static block => new HttpExample(
                block.Groups["command"].Value,
                int.Parse(block.Groups["status"].Value, CultureInfo.InvariantCulture),
                block.Groups["part"].Success,
                block.Groups["kind"].Value,
                block.Groups["answer"].Value)),
        ];
        Assert.Equal(page.Split("```sh").Length - 1, examples.Length);
        return examples;
    }

    /// <summary>By bash, as whoever copies it would; a stream that is followed for some seconds, for longer until it has told something.</summary>
    public async Task<(int Status, string Body)> RunAsync(IReadOnlyDictionary<string, string> variables)
    {
        var seconds = Followed().Match(Command) is { Success: true } followed ? int.Parse(followed.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        while (true)
        {
            var (status, body) = await RunAsync(Followed().Replace(Command, $"--max-time {seconds}"), variables);
            if (seconds is 0 or > MostSeconds || body.Contains("data: ", StringComparison.Ordinal))
            {
                return (status, body);
            }

            seconds *= 2;
        }
    }

    private static async Task<(int Status, string Body)> RunAsync(string command, IReadOnlyDictionary<string, string> variables)
    {
        // The status follows the answer, in a line of its own.
        var start = new ProcessStartInfo("bash", ["-c", $"curl() {{ command curl -w '\\n%{{http_code}}' \"$@\"; }}\n{command}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Deadline);
        var text = await output;
        Assert.True(
            process.ExitCode == 0 || (process.ExitCode == TimeIsUp && Followed().IsMatch(command)), $"{command}\n{text}{await error}");
        var end = text.LastIndexOf('\n');
        return (int.Parse(text.AsSpan(end + 1), CultureInfo.InvariantCulture), text[..end]);
    }

    /// <summary>The answer has the members of the page's, each of its kind; of events, all are called so, and the last looks so.</summary>
    public void AssertShape(string body)
    {
        if (Kind == "text")
        {
            var (expected, actual) = (Event().Matches(Answer), Event().Matches(body));
            Assert.NotEmpty(actual);
            Assert.All(actual, happened => Assert.Equal(expected[0].Groups["name"].Value, happened.Groups["name"].Value));
            Assert.Equal(Shape(expected[0].Groups["data"].Value), Shape(actual[^1].Groups["data"].Value));
            return;
        }

        var (said, got) = (Shape(Answer), Shape(body));
        if (InPart)
        {
            Assert.Subset(got, said);
        }
        else
        {
            Assert.True(said.SetEquals(got), $"{Command}\nthe page says {string.Join(' ', said.Except(got))}\nthe answer has {string.Join(' ', got.Except(said))}\n{body}");
        }
    }

    private static HashSet<string> Shape(string json)
    {
        var shape = new HashSet<string>(StringComparer.Ordinal);
        Add(JsonNode.Parse(json), "", shape);
        return shape;
    }

    private static void Add(JsonNode? node, string path, HashSet<string> shape)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    Add(value, $"{path}.{name}", shape);
                }

                break;
            case JsonArray elements:
                shape.Add($"{path}[]");
                foreach (var element in elements)
                {
                    Add(element, $"{path}[]", shape);
                }

                break;
            default:
                shape.Add($"{path}:{(node?.GetValueKind() is var kind && kind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False ? "truth" : kind)}");
                break;
        }
    }

    [GeneratedRegex(@"```sh\n(?<command>.*?)\n```\n\n→ `(?<status>\d{3})`(?<part>, in part)?\n\n```(?<kind>json|text)\n(?<answer>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"--max-time (\d+)")]
    private static partial Regex Followed();

    [GeneratedRegex(@"^event: (?<name>\w+)\ndata: (?<data>.*)$", RegexOptions.Multiline)]
    private static partial Regex Event();
}
