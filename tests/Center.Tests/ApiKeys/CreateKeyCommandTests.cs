using Microservices.Center.ApiKeys;
using Microservices.Testing;

namespace Microservices.Center.Tests.ApiKeys;

public sealed class CreateKeyCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private string KeyFile => Path.Combine(_folder.Path, "keys.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_Twice_MakesTheFileAndAddsToIt()
    {
        Assert.Equal(0, Run("--file", KeyFile, "--id", "crm", "--apps", "shop,web", "--scopes", "push,presence", "--note", "the CRM"));
        Assert.Equal(0, Run("--file", KeyFile, "--id", "ops", "--apps", "*", "--scopes", "*", "--expires", "2030-01-31T00:00:00Z"));

        var keys = ApiKeyFile.Parse(KeyFile, ApiKeyFile.ReadBytes(KeyFile));
        Assert.Equal(["shop", "web"], keys["crm"].Apps);
        Assert.Equal(["presence", "push"], keys["crm"].Scopes);
        Assert.True(keys["ops"].ForAllApps);
        Assert.Equal(new DateTimeOffset(2030, 1, 31, 0, 0, 0, TimeSpan.Zero), keys["ops"].Expires);
        Assert.Equal(2, _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.StartsWith("mk_", StringComparison.Ordinal)));
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("--file", "f", "--id", "crm")]
    [InlineData("--file", "f", "--id", "crm", "--apps", "*", "--scopes", "*", "--colour", "red")]
    [InlineData("--file", "f", "--id", "crm", "--apps", "*", "--scopes", "*", "--note")]
    public void Run_WrongArguments_ShowsTheUsage(params string[] args)
    {
        Assert.Equal(2, Run(args));
        Assert.StartsWith("create-key --file FILE", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--id", "CRM", "--apps", "*", "--scopes", "*", "id is missing or not of")]
    [InlineData("--id", "crm", "--apps", "*", "--scopes", "fly", "scope 'fly' is unknown")]
    [InlineData("--id", "crm", "--apps", ",", "--scopes", "*", "apps is missing or empty")]
    public void Run_WrongValue_SaysWhich(string a, string b, string c, string d, string e, string f, string fault)
    {
        Assert.Equal(2, Run("--file", KeyFile, a, b, c, d, e, f));
        Assert.Contains(fault, _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public void Run_WrongTime_SaysSo()
    {
        Assert.Equal(2, Run("--file", KeyFile, "--id", "crm", "--apps", "*", "--scopes", "*", "--expires", "soon"));
        Assert.Contains("'soon' is not a time", _error.ToString(), StringComparison.Ordinal);
    }

    private int Run(params string[] args) => CreateKeyCommand.Run(args, _output, _error);
}
