using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microservices.Contracts.Register;

namespace Microservices.Register.Apps;

/// <summary>The apps that a file names, or what is wrong with it.</summary>
internal sealed record AppFile(IReadOnlyList<App> Apps, IReadOnlyList<string> Faults)
{
    public static AppFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new AppFile([], [$"can't be read: {fault.Message}"]);
        }
    }

    public static AppFile Parse(string json)
    {
        List<App> apps = [];
        List<string> faults = [];
        try
        {
            var options = new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
            foreach (var element in JsonNode.Parse(json, documentOptions: options)?.AsArray() ?? throw new InvalidOperationException("it is null"))
            {
                apps.Add(App.Parser.ParseJson(WithWholeNames(element)));
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException or InvalidProtocolBufferException)
        {
            faults.Add($"is not a JSON list of apps: {fault.Message}");
        }

        faults.AddRange(apps.Select(static app => (app, Fault: AppRules.FaultOf(app))).Where(static one => one.Fault is not null)
            .Select(static one => $"app '{one.app.Name}': {one.Fault!.Value.Field}: {one.Fault!.Value.Message}"));
        faults.AddRange(apps.GroupBy(static app => app.Name).Where(static group => group.Count() > 1).Select(static group => $"app '{group.Key}' stands in it {group.Count()} times"));
        return new AppFile(apps, faults);
    }

    /// <summary>People write "strict"; the contract's name is LIVENESS_PRESET_STRICT.</summary>
    private static string WithWholeNames(JsonNode? app)
    {
        if (app is JsonObject fields)
        {
            Complete(fields, "devices", "DEVICE_POLICY_");
            if (fields["liveness"] is JsonObject liveness)
            {
                Complete(liveness, "preset", "LIVENESS_PRESET_");
            }

            if (fields["tokens"] is JsonObject tokens)
            {
                Complete(tokens, "kinds", "TOKEN_KINDS_");
            }
        }

        return app?.ToJsonString() ?? "null";
    }

    private static void Complete(JsonObject fields, string name, string prefix)
    {
        if (fields[name] is JsonValue value && value.TryGetValue(out string? text) && !text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            fields[name] = prefix + text.Replace('-', '_').ToUpperInvariant();
        }
    }
}
