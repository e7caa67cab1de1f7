using System.Collections.Frozen;
using System.Text.Json;

namespace Microservices.Center.ApiKeys;

/// <summary>
/// The file of API keys: a JSON list of <c>{ id, sha256, apps, scopes, note?, expires? }</c>, see docs/configuration/center.md.
/// It holds hashes; a key itself is shown once, when it is made.
/// </summary>
public static class ApiKeyFile
{
    /// <summary>The largest file that is read, bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Makes a key and a new file that holds its hash, readable by the owner only.</summary>
    /// <param name="path">Where the file is made; its directory exists.</param>
    /// <param name="id">Names the key in logs and metadata: <c>[a-z0-9-]{1,64}</c>.</param>
    /// <param name="apps">The apps that it is for, or <see cref="ApiScope.All"/>.</param>
    /// <param name="scopes">Names of <see cref="ApiScope"/>.</param>
    /// <param name="note">For people.</param>
    /// <param name="expires">Null = it does not expire.</param>
    /// <returns>The key. It can't be had again.</returns>
    /// <exception cref="IOException">The file exists, or can't be written.</exception>
    /// <exception cref="ApiKeyFileException">An argument breaks the rules of the file.</exception>
    public static string Create(string path, string id, IReadOnlyList<string> apps, IReadOnlyList<string> scopes, string? note = null, DateTimeOffset? expires = null)
    {
        var (key, entry) = NewKey(id, apps, scopes, note, expires);
        var content = Content(path, [entry]);
        Write(path, FileMode.CreateNew, content);
        return key;
    }

    /// <summary>Makes a key and adds its hash to an existing file, which running centers then take up by themselves.</summary>
    /// <inheritdoc cref="Create"/>
    /// <exception cref="ApiKeyFileException">The file is not a valid one, has the id already, or an argument breaks its rules.</exception>
    public static string Add(string path, string id, IReadOnlyList<string> apps, IReadOnlyList<string> scopes, string? note = null, DateTimeOffset? expires = null)
    {
        var (key, entry) = NewKey(id, apps, scopes, note, expires);
        var content = Content(path, [.. ParseEntries(path, ReadBytes(path)), entry]);

        // Readers never see half a file: the new one takes the place of the old one at once.
        var next = path + ".new";
        Write(next, FileMode.Create, content);
        if (!OperatingSystem.IsWindows())
        {
            // A center that may read the old one by its group must be able to read the new one.
            File.SetUnixFileMode(next, File.GetUnixFileMode(path));
        }

        File.Move(next, path, overwrite: true);
        return key;
    }

    internal static byte[] ReadBytes(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > MaxBytes)
        {
            throw new ApiKeyFileException(path, [$"it has {file.Length} bytes; the limit is {MaxBytes}"]);
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <exception cref="ApiKeyFileException">With everything that is wrong.</exception>
    internal static FrozenDictionary<string, ApiKey> Parse(string path, byte[] content)
    {
        var entries = ParseEntries(path, content);
        var faults = ApiKeyFileRules.FaultsOf(entries);
        if (faults.Count > 0)
        {
            throw new ApiKeyFileException(path, faults);
        }

        return entries
            .Select(static entry => new ApiKey(entry.Id!, Convert.FromHexString(entry.Sha256!), entry.Apps!, entry.Scopes!, entry.Expires))
            .ToFrozenDictionary(static key => key.Id, StringComparer.Ordinal);
    }

    private static ApiKeyEntry[] ParseEntries(string path, byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, ApiKeyJson.Default.ApiKeyEntryArray)
                ?? throw new ApiKeyFileException(path, ["it is not a JSON list of keys"]);
        }
        catch (JsonException e)
        {
            throw new ApiKeyFileException(path, [$"it is not a JSON list of keys: line {e.LineNumber + 1}, {e.Path}"]);
        }
    }

    private static (string Key, ApiKeyEntry Entry) NewKey(string id, IReadOnlyList<string> apps, IReadOnlyList<string> scopes, string? note, DateTimeOffset? expires)
    {
        var key = ApiKeyText.New(id);
        var hash = Convert.ToHexStringLower(ApiKeyText.Hash(key));
        return (key, new ApiKeyEntry { Id = id, Sha256 = hash, Apps = apps, Scopes = scopes, Note = note, Expires = expires });
    }

    private static byte[] Content(string path, ApiKeyEntry[] entries)
    {
        var faults = ApiKeyFileRules.FaultsOf(entries);
        return faults.Count == 0
            ? [.. JsonSerializer.SerializeToUtf8Bytes(entries, ApiKeyJson.Default.ApiKeyEntryArray), (byte)'\n']
            : throw new ApiKeyFileException(path, faults);
    }

    private static void Write(string path, FileMode mode, byte[] content)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }
}
