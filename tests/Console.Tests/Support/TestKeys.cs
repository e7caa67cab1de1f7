using Microservices.Center.ApiKeys;

namespace Microservices.Console.Tests.Support;

/// <summary>The API keys of the tests, in the files that Standalone would make itself.</summary>
internal sealed class TestKeys
{
    private readonly string _file;

    public TestKeys(string data)
    {
        _file = Path.Combine(data, "api-keys.json");
        All = ApiKeyFile.Create(_file, "standalone", [ApiScope.All], [ApiScope.All]);
        File.WriteAllText(Path.Combine(data, "api-key.txt"), All);
        PushOnly = ApiKeyFile.Add(_file, "push-only", [ApiScope.All], [ApiScope.Push]);
        PresenceOnly = ApiKeyFile.Add(_file, "presence-only", [ApiScope.All], [ApiScope.Presence]);
        OneApp = ApiKeyFile.Add(_file, "one-app", ["default"], [ApiScope.Push, ApiScope.Presence]);
        Expired = ApiKeyFile.Add(_file, "expired", [ApiScope.All], [ApiScope.All], expires: DateTimeOffset.UnixEpoch);
        Leaver = ApiKeyFile.Add(_file, "leaver", [ApiScope.All], [ApiScope.All]);
    }

    public string All { get; }

    public string PushOnly { get; }

    public string PresenceOnly { get; }

    /// <summary>For app default only.</summary>
    public string OneApp { get; }

    public string Expired { get; }

    /// <summary>Until <see cref="RemoveLeaver"/>.</summary>
    public string Leaver { get; }

    public void RemoveLeaver()
    {
        using var entries = System.Text.Json.JsonDocument.Parse(File.ReadAllText(_file));
        var rest = entries.RootElement.EnumerateArray().Where(static entry => entry.GetProperty("id").GetString() != "leaver");
        var next = _file + ".next";
        File.WriteAllText(next, System.Text.Json.JsonSerializer.Serialize(rest));
        File.Move(next, _file, overwrite: true);
    }
}
