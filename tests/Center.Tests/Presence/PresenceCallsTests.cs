using Microservices.Center.Apps;
using Microservices.Center.Presence;
using Microservices.Center.Sessions;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;

namespace Microservices.Center.Tests.Presence;

public sealed class PresenceCallsTests
{
    private readonly ScriptedRegister _register = new();
    private readonly PresenceCalls _calls;

    public PresenceCallsTests()
    {
        _register.KnownApps["default"] = new App { Name = "default" };
        _calls = new PresenceCalls(new AppCatalog(_register.Apps), new SessionLookup(_register.Sessions), _register.Sessions);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_RegisterSaysWhetherItsAnswerIsComplete_SoDoTheCalls(bool isComplete)
    {
        _register.Online("bob", room: 1, session: 5).IsComplete = isComplete;

        var presence = await _calls.GetAsync(new GetPresenceRequest { App = "default", Users = { "bob", "ann" } }, Stop);
        var online = await _calls.ListAsync(new ListOnlineRequest { App = "default" }, Stop);

        Assert.Equal((isComplete, isComplete), (presence.Complete, online.Complete));
        Assert.Equal([true, false], presence.Users.Select(user => user.Online));
    }

    [Fact]
    public async Task Get_ManyUsersAndOnePartIsNotComplete_NorIsTheAnswer()
    {
        var users = Enumerable.Range(0, SessionLookup.UsersPerCall + 1).Select(i => $"user-{i}");
        _register.OnLookup = request => _register.IsComplete = request.Users.Count > 1;

        var presence = await _calls.GetAsync(new GetPresenceRequest { App = "default", Users = { users } }, Stop);

        Assert.False(presence.Complete);
    }
}
