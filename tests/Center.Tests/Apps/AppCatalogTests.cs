using Microservices.Center.Apps;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Register;

namespace Microservices.Center.Tests.Apps;

public sealed class AppCatalogTests
{
    private readonly ScriptedRegister _register = new();
    private readonly AppCatalog _catalog;

    public AppCatalogTests() => _catalog = new AppCatalog(_register.Apps);

    [Fact]
    public async Task Find_UnknownApp_AsksRegisterAndRemembers()
    {
        _register.KnownApps["shop"] = NewApp("shop", revision: 1);
        Assert.Equal(1ul, (await _catalog.FindAsync("shop", CancellationToken.None))?.Revision);

        _register.KnownApps.Clear();

        Assert.Equal(1ul, (await _catalog.FindAsync("shop", CancellationToken.None))?.Revision);
        Assert.Null(await _catalog.FindAsync("other", CancellationToken.None));
    }

    [Fact]
    public async Task Apply_OlderAnswer_DoesNotUndoTheWatch()
    {
        _catalog.Apply(new AppList { Whole = true, Apps = { NewApp("shop", 5), NewApp("web", 2) } });

        _catalog.Apply(NewApp("shop", 4));
        _catalog.Apply(NewApp("web", 3));

        Assert.Equal(5ul, (await _catalog.FindAsync("shop", CancellationToken.None))?.Revision);
        Assert.Equal(3ul, (await _catalog.FindAsync("web", CancellationToken.None))?.Revision);
    }

    [Fact]
    public async Task Apply_WholeListAndChange_ReplaceAndAdd()
    {
        _catalog.Apply(new AppList { Whole = true, Apps = { NewApp("shop", 5), NewApp("web", 2) } });

        _catalog.Apply(new AppList { Whole = true, Apps = { NewApp("shop", 1) } });
        _catalog.Apply(new AppList { Apps = { NewApp("new", 2) } });

        Assert.Equal(1ul, (await _catalog.FindAsync("shop", CancellationToken.None))?.Revision);
        Assert.Equal(2ul, (await _catalog.FindAsync("new", CancellationToken.None))?.Revision);
        Assert.Null(await _catalog.FindAsync("web", CancellationToken.None));
    }

    private static App NewApp(string name, ulong revision) => new() { Name = name, Revision = revision };
}
