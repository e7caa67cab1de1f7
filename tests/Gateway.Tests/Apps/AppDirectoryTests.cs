using Microservices.Contracts.Register;
using Microservices.Gateway.Apps;

namespace Microservices.Gateway.Tests.Apps;

public sealed class AppDirectoryTests
{
    [Fact]
    public void Get_AppNotToldYet_LeavesChatToTheCenter()
    {
        var apps = new AppDirectory();

        var entry = apps.Get("new");

        Assert.True(entry.Policy.MayChat);
        Assert.True(entry.Policy.MayBroadcast);
        apps.Apply([new App { Name = "new", Revision = 1 }]);
        Assert.False(entry.Policy.MayChat);
        Assert.False(entry.Policy.MayBroadcast);
    }
}
