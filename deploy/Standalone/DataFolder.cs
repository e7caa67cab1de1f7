using System.Security.Cryptography;
using System.Text.Json;
using Microservices.Center.ApiKeys;

namespace Microservices.Standalone;

/// <summary>What stays between starts: an API key, the tokens of the demo users, a key that signs tokens, the apps and kept messages. Made at the first start, readable by their owner only.</summary>
internal sealed class DataFolder
{
    public const string KeyFileName = "api-key.txt";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int TokenBytes = 24;

    private static readonly string[] DemoNames = ["alice", "bob", "carol", "dave"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private DataFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>The API key itself, for its owner.</summary>
    public string KeyFile => System.IO.Path.Combine(Path, KeyFileName);

    /// <summary>Its hash, for the center.</summary>
    public string KeyHashesFile => System.IO.Path.Combine(Path, "api-keys.json");

    public string DemoUsersFile => System.IO.Path.Combine(Path, "demo-users.json");

    /// <summary>The key of the app <c>signed</c>, as its login system would have it.</summary>
    public string SigningKeyFile => System.IO.Path.Combine(Path, "signing-key.jwk");

    /// <summary>The apps that register stores at start if they aren't there yet.</summary>
    public string AppsFile => System.IO.Path.Combine(Path, "apps.json");

    /// <summary>The messages that are kept for users, unless they are in Redis. Register makes it.</summary>
    public string MessagesFile => System.IO.Path.Combine(Path, "messages.db");

    /// <exception cref="StandaloneFault">The folder can't be made or written, or a file in it is not what it was.</exception>
    public static DataFolder Open(string path)
    {
        var folder = new DataFolder(System.IO.Path.GetFullPath(path));
        try
        {
            Directory.CreateDirectory(folder.Path);
            CreateOnce(folder.KeyFile, folder.NewKey);
            CreateOnce(folder.DemoUsersFile, NewDemoUsers);
            CreateOnce(folder.SigningKeyFile, DemoApps.NewKey);
            CreateOnce(folder.AppsFile, () => DemoApps.Json(File.ReadAllText(folder.SigningKeyFile)));
        }
        catch (JsonException)
        {
            throw new StandaloneFault($"{folder.SigningKeyFile} is no JSON Web Key. Delete it to have a new one.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StandaloneFault($"The data folder {folder.Path} cannot be written: {fault.Message} Name another one with --data DIR.");
        }

        return folder;
    }

    /// <summary>User → token.</summary>
    /// <exception cref="StandaloneFault">The file is not a JSON object of texts.</exception>
    public IReadOnlyDictionary<string, string> ReadDemoUsers()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(DemoUsersFile)) ?? [];
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new StandaloneFault($"{DemoUsersFile} cannot be read as an object of user and token: {fault.Message} Delete it to have a new one.");
        }
    }

    private static string NewDemoUsers() =>
        JsonSerializer.Serialize(DemoNames.ToDictionary(static name => name, static _ => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes))), Indented);

    // Without its key the file of hashes is of no use: it is made anew with it.
    private string NewKey()
    {
        File.Delete(KeyHashesFile);
        return ApiKeyFile.Create(KeyHashesFile, "standalone", [ApiScope.All], [ApiScope.All], "made at the first start");
    }

    // Written beside its place and moved there, so that a start that was cut short leaves no half of it.
    private static void CreateOnce(string file, Func<string> content)
    {
        if (File.Exists(file))
        {
            return;
        }

        var draft = $"{file}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            writer.WriteLine(content());
        }

        File.Move(draft, file);
    }
}
