using System.Text.Json;
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
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            foreach (var element in document.RootElement.EnumerateArray())
            {
                apps.Add(App.Parser.ParseJson(element.GetRawText()));
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or InvalidProtocolBufferException)
        {
            faults.Add($"is not a JSON list of apps: {fault.Message}");
        }

        faults.AddRange(apps.Select(static app => (app, Fault: AppRules.FaultOf(app))).Where(static one => one.Fault is not null)
            .Select(static one => $"app '{one.app.Name}': {one.Fault!.Value.Field}: {one.Fault!.Value.Message}"));
        faults.AddRange(apps.GroupBy(static app => app.Name).Where(static group => group.Count() > 1).Select(static group => $"app '{group.Key}' stands in it {group.Count()} times"));
        return new AppFile(apps, faults);
    }
}
