using Microservices.Center.ApiKeys;
using Microservices.Center.Refusals;
using Microservices.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Tests.ApiKeys;

public sealed class ApiKeyFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string KeyFile => Path.Combine(_folder.Path, "api-keys.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Create_NewFile_HoldsAKeyThatTheRingKnows()
    {
        var text = ApiKeyFile.Create(KeyFile, "crm-1", ["shop", "web"], [ApiScope.Push], "the CRM");

        var key = Ring().Find(text)!;

        Assert.Matches("^mk_crm-1_[A-Za-z0-9_-]{43}$", text);
        Assert.Equal("crm-1", key.Id);
        Assert.True(key.IsFor("shop") && key.IsFor("web") && !key.IsFor("other") && !key.ForAllApps);
        Assert.True(key.Allows(ApiScope.Push) && !key.Allows(ApiScope.Kick));
        Assert.DoesNotContain(text, File.ReadAllText(KeyFile), StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Create_NewFile_IsReadableByTheOwnerOnly()
    {
        ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
    }

    [Fact]
    public void Create_ExistingFile_Throws()
    {
        ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]);

        Assert.Throws<IOException>(() => ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]));
    }

    [Fact]
    public void Add_ExistingFile_KeepsTheFormerKey()
    {
        var first = ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]);

        var second = ApiKeyFile.Add(KeyFile, "shop", ["shop"], ["push"]);

        var ring = Ring();
        Assert.Equal(("crm", "shop"), (ring.Find(first)!.Id, ring.Find(second)!.Id));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Add_FileThatAGroupMayRead_StaysReadableForIt()
    {
        // The operator who adds a key need not be the user that the center runs as.
        ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]);
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(KeyFile, mode);

        ApiKeyFile.Add(KeyFile, "shop", ["shop"], ["push"]);

        Assert.Equal(mode, File.GetUnixFileMode(KeyFile));
    }

    [Fact]
    public void Add_SameId_Throws()
    {
        ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]);

        var fault = Assert.Throws<ApiKeyFileException>(() => ApiKeyFile.Add(KeyFile, "crm", ["*"], ["*"]));

        Assert.Contains("key 2: id 'crm' is there twice", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("mk_crm")]
    [InlineData("mk_crm_short")]
    [InlineData("mk_other_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("mk_crm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("mk__AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("mk_CRM_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("xx_crm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Find_WrongKey_IsNone(string text)
    {
        ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]);

        Assert.Null(Ring().Find(text));
    }

    [Fact]
    public void Find_RightKeyWithAnotherLetter_IsNone()
    {
        var text = ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]);
        var ring = Ring();

        for (var i = 0; i < text.Length; i++)
        {
            Assert.Null(ring.Find(text[..i] + (text[i] == 'x' ? 'y' : 'x') + text[(i + 1)..]));
        }
    }

    [Theory]
    [InlineData("nonsense", "it is not a JSON list of keys")]
    [InlineData("{}", "it is not a JSON list of keys")]
    [InlineData("null", "it is not a JSON list of keys")]
    [InlineData("""[null]""", "key 1 is null")]
    [InlineData("""[{"scope":["push"]}]""", "it is not a JSON list of keys: line 1")]
    [InlineData("""[{}]""", "key 1: id is missing")]
    [InlineData("""[{}]""", "key 1: sha256 is missing")]
    [InlineData("""[{}]""", "key 1: apps is missing")]
    [InlineData("""[{}]""", "key 1: scopes is missing")]
    [InlineData("""[{"id":"A b","sha256":"zz","apps":["Ä"],"scopes":["fly"]}]""", "key 1: id is missing or not of [a-z0-9-]{1,64}")]
    [InlineData("""[{"id":"A b","sha256":"zz","apps":["Ä"],"scopes":["fly"]}]""", "sha256 is missing or not 64 hexadecimal digits")]
    [InlineData("""[{"id":"A b","sha256":"zz","apps":["Ä"],"scopes":["fly"]}]""", "apps has a name that is neither * nor of [a-z0-9-]{1,32}")]
    [InlineData("""[{"id":"A b","sha256":"zz","apps":["Ä"],"scopes":["fly"]}]""", "scope 'fly' is unknown; scopes are push, kick, presence, tokens, apps, messages, rooms and *")]
    public void Parse_BadFile_NamesTheFault(string json, string fault)
    {
        var thrown = Assert.Throws<ApiKeyFileException>(() => ApiKeyFile.Parse("keys.json", System.Text.Encoding.UTF8.GetBytes(json)));

        Assert.StartsWith("API key file 'keys.json': ", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(fault, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadBytes_TooLargeFile_Throws()
    {
        File.WriteAllBytes(KeyFile, new byte[ApiKeyFile.MaxBytes + 1]);

        Assert.Contains("the limit is 1048576", Assert.Throws<ApiKeyFileException>(() => ApiKeyFile.ReadBytes(KeyFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_KeyRemoved_IsNone()
    {
        var first = ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]);
        var ring = Ring();
        File.Delete(KeyFile);
        var second = ApiKeyFile.Create(KeyFile, "shop", ["*"], ["*"]);

        Assert.True(ring.Reload());

        Assert.Null(ring.Find(first));
        Assert.NotNull(ring.Find(second));
    }

    [Fact]
    public void Reload_InvalidOrMissingFile_KeepsTheFormerKeys()
    {
        var text = ApiKeyFile.Create(KeyFile, "crm", ["*"], ["*"]);
        var ring = Ring();

        File.WriteAllText(KeyFile, "[{");
        Assert.False(ring.Reload());
        Assert.NotNull(ring.Find(text));

        File.Delete(KeyFile);
        Assert.False(ring.Reload());
        Assert.NotNull(ring.Find(text));
    }

    [Fact]
    public void FaultOf_KeyOfACallThatLasts_SaysWhyItMayNotGoOn()
    {
        var ring = Ring(ApiKeyFile.Create(KeyFile, "crm", ["shop"], [ApiScope.Presence]), out var key);
        var old = Ring(ApiKeyFile.Add(KeyFile, "old", ["*"], ["*"], expires: DateTimeOffset.UnixEpoch), out var expired);

        Assert.Null(ring.FaultOf(key, ApiScope.Presence, "shop"));
        Assert.Equal("forbidden", ring.FaultOf(key, ApiScope.Push, "shop")?.Code.Name);
        Assert.Equal("forbidden", ring.FaultOf(key, ApiScope.Presence, "web")?.Code.Name);
        Assert.Equal(("unauthenticated", "API key 'old' expired at 1970-01-01 00:00:00Z."), Said(old.FaultOf(expired, ApiScope.Presence, "shop")));
        Assert.Equal(("unauthenticated", "API key 'old' is not valid any more."), Said(ring.FaultOf(expired, ApiScope.Presence, "shop")));

        // The same name with another secret is another key.
        File.Delete(KeyFile);
        ApiKeyFile.Create(KeyFile, "crm", ["shop"], [ApiScope.Presence]);
        ring.Reload();
        Assert.Equal(("unauthenticated", "API key 'crm' is not valid any more."), Said(ring.FaultOf(key, ApiScope.Presence, "shop")));

        static (string?, string?) Said(RefusedException? refusal) => (refusal?.Code.Name, refusal?.Message);
    }

    private ApiKeyRing Ring(string text, out ApiKey key)
    {
        var ring = Ring();
        key = ring.Find(text)!;
        return ring;
    }

    private ApiKeyRing Ring() =>
        new(Options.Create(new ApiKeyOptions { File = KeyFile }), TimeProvider.System, NullLogger<ApiKeyRing>.Instance);
}
