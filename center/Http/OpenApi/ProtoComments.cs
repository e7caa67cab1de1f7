using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;

namespace Microservices.Center.Http.OpenApi;

/// <summary>The comments of center.proto, which generated code no longer has: one place says what a field means.</summary>
internal static partial class ProtoComments
{
    private static readonly FrozenDictionary<string, string> ByName = Read();

    /// <summary>What the proto says of a message, field, enum value or rpc; null when it says nothing.</summary>
    public static string? Of(IDescriptor declared) =>
        ByName.GetValueOrDefault(declared.FullName[(declared.File.Package.Length + 1)..]);

    private static FrozenDictionary<string, string> Read()
    {
        using var proto = new StreamReader(typeof(ProtoComments).Assembly.GetManifestResourceStream("center.proto")!);
        var comments = new Dictionary<string, string>(StringComparer.Ordinal);
        var scopes = new List<string>();
        var comment = new List<string>();
        while (proto.ReadLine()?.Trim() is { } line)
        {
            if (line.StartsWith("//", StringComparison.Ordinal))
            {
                comment.Add(line[2..].Trim());
                continue;
            }

            if (Scope().Match(line) is { Success: true } scope)
            {
                // A oneof is no part of the names of its fields.
                var name = scope.Groups["kind"].Value == "oneof" ? "" : scope.Groups["name"].Value;
                Keep([.. scopes, name]);
                if (!line.EndsWith('}'))
                {
                    scopes.Add(name);
                }
            }
            else if (Member().Match(line) is { Success: true } member)
            {
                Keep([.. scopes, member.Groups["name"].Value]);
            }
            else if (line == "}")
            {
                scopes.RemoveAt(scopes.Count - 1);
            }

            comment.Clear();
        }

        return comments.ToFrozenDictionary();

        void Keep(string[] path)
        {
            if (comment.Count > 0)
            {
                comments[string.Join('.', path.Where(static part => part.Length > 0))] = string.Join(' ', comment);
            }
        }
    }

    [GeneratedRegex(@"^(?<kind>service|message|enum|oneof) (?<name>\w+) \{")]
    private static partial Regex Scope();

    [GeneratedRegex(@"^(?:rpc (?<name>\w+)\(|(?:[\w. ]+ )?(?<name>\w+) = \d+;)")]
    private static partial Regex Member();
}
