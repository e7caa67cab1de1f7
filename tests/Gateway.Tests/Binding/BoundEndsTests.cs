using Microservices.Contracts.Register;
using Microservices.Gateway.Binding;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Parking;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Binding;

/// <summary>Which sessions of a connection end, and how that is told: a bound one alone, the first one with all.</summary>
public class BoundEndsTests
{
    [Theory]
    [InlineData(Code.Kicked)]
    [InlineData(Code.TokenRevoked)]
    [InlineData(Code.Displaced)]
    public async Task Close_OfABoundSession_LeavesTheOthers(Code code)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"));
        var client = await gateway.LogInWithAsync("shop", "news");

        await gateway.CloseAsync(gateway.KeyOf("ann-shop"), code);

        Assert.Equal("test", (await client.ReadUnboundAsync("shop", code)).Message);
        await gateway.PushToAsync("default", gateway.KeyOf("ann"), "one");
        await gateway.PushToAsync("news", gateway.KeyOf("ann-news"), "two");
        await client.ReadPushesAsync("one", "two");
        Assert.Equal(2, gateway.Sessions.Count);
        Assert.Equal(1, gateway.Get<BindMetrics>().Unbounds(code));
        await client.BindAsync("shop");
    }

    [Fact]
    public async Task LoginElsewhereInThisRoom_DisplacesTheBoundSessionAlone()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var first = await gateway.LogInWithAsync("shop");

        var second = await gateway.LogInAsync("bob");
        await second.BindAsync("shop");

        await first.ReadUnboundAsync("shop", Code.Displaced);
        Assert.Empty(await first.ReadUntilAnsweredAsync());
        await gateway.PushToAsync("shop", gateway.KeyOf("ann-shop"), "to the second");
        await second.ReadPushesAsync("to the second");
        Assert.Empty(gateway.Register.Ends);
    }

    [Fact]
    public async Task VerifyForAnApp_DisplacesTheSessionThatWasBound()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var first = await gateway.LogInWithAsync("shop");

        var second = await gateway.LogInAsync("ann-shop", app: "shop");

        await first.ReadUnboundAsync("shop", Code.Displaced);
        Assert.Empty(await first.ReadUntilAnsweredAsync());
        await gateway.PushToAsync("shop", gateway.KeyOf("ann-shop"), "to the second");
        await second.ReadPushesAsync("to the second");
    }

    [Fact]
    public async Task Bind_DisplacesAFirstSession_WithItsWholeConnection()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"));
        var first = await gateway.LogInAsync("ann-shop", app: "shop");
        await first.BindAsync("news");
        var second = await gateway.LogInAsync("bob");

        await second.BindAsync("shop");

        Assert.Equal(Code.Displaced, (await first.ReadAsync<Directive>(Command.Directive)).Code);
        await first.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Any(end => end.App == "news"), "the bound one is told");
        Assert.Equal((uint)Code.ConnectionLost, gateway.Register.Ends.Single().Code);
    }

    [Fact]
    public async Task NamedInARenewal_IsClosedAloneAndConfirmed()
    {
        var register = Binders.Register("shop");
        await using var gateway = await RunningGateway.StartAsync(register);
        var client = await gateway.LogInWithAsync("shop");

        register.LogInElsewhere("ann-shop", nameInRenewals: true, "shop", (uint)Code.TokenRevoked);

        await client.ReadUnboundAsync("shop", Code.TokenRevoked);
        await Eventually.HoldsAsync(() => register.Confirmed.Count == 1, "it is confirmed");
        Assert.Empty(await client.ReadUntilAnsweredAsync());
    }

    // A bound session of a client that must stop for its first app is not ended for its own sake: it may be resumed.
    [Theory]
    [InlineData(Code.Kicked, Code.ConnectionLost)]
    [InlineData(Code.Displaced, Code.ConnectionLost)]
    [InlineData(Code.TokenRevoked, Code.ConnectionLost)]
    [InlineData(Code.GoingAway, Code.GoingAway)]
    [InlineData(Code.AckTimeout, Code.AckTimeout)]
    public async Task Close_OfTheFirstSession_EndsAll(Code code, Code toldOfBound)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"), true, ("Parking:Time", "00:01:00"));
        var client = await gateway.LogInWithAsync("shop", "news");

        await gateway.CloseAsync(gateway.KeyOf("ann"), code);

        Assert.Equal(code, (await client.ReadAsync<Directive>(Command.Directive)).Code);
        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Count(end => end.App != "default") == 2, "the bound ones are told");
        Assert.All(gateway.Register.Ends.Where(end => end.App != "default"), end => Assert.Equal((uint)toldOfBound, end.Code));
        Assert.Equal((0, 0L), (gateway.Sessions.Count, gateway.Get<BindMetrics>().Bound));
    }

    [Fact]
    public async Task LinkLost_EveryTicketResumesItsSession_AndParkedFramesComeBack()
    {
        var register = Binders.Register("shop");
        await using var gateway = await RunningGateway.StartAsync(register, true, ("Parking:Time", "00:01:00"));
        var client = await gateway.ConnectAsync();
        client.Send(Command.Verify, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" });
        var first = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        var bound = await client.BindAsync("shop");
        var (ann, shop) = (gateway.KeyOf("ann"), gateway.KeyOf("ann-shop"));
        client.Dispose();
        await Eventually.HoldsAsync(() => gateway.Get<ParkingLot>().Count == 2, "both wait");
        await gateway.PushToAsync("shop", shop, "for the shop");
        await gateway.PushToAsync("default", ann, "for ann");
        await gateway.UntilHandledAsync();

        var again = await gateway.ConnectAsync();
        again.Send(Command.Verify, new Verify { Resume = first.Resume, Sdk = "test/1" });
        Assert.True((await again.ReadAsync<VerifyResult>(Command.VerifyResult)).Resumed);
        await again.ReadPushesAsync("for ann");
        Assert.True((await again.BindAsync("shop", resume: bound.Resume)).Resumed);

        await again.ReadPushesAsync("for the shop");
        Assert.Empty(register.Ends);
        Assert.Equal((2, 0), (gateway.Sessions.Count, gateway.Get<ParkingLot>().Count));
    }

    [Fact]
    public async Task LinkLost_NobodyComesBack_EndsAll()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"), true, ("Parking:Time", "00:00:00.300"));
        var client = await gateway.LogInWithAsync("shop");

        client.Dispose();

        await Eventually.HoldsAsync(() => gateway.Register.Ends.Count == 2, "both are told");
        Assert.Equal((0, 0L), (gateway.Sessions.Count, gateway.Get<BindMetrics>().Bound));
    }

    [Fact]
    public async Task Kick_OfABoundSessionThatIsParked_EndsItAlone()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"), true, ("Parking:Time", "00:01:00"));
        var client = await gateway.LogInWithAsync("shop");
        var shop = gateway.KeyOf("ann-shop");
        client.Dispose();
        await Eventually.HoldsAsync(() => gateway.Get<ParkingLot>().Count == 2, "both wait");

        await gateway.CloseAsync(shop, Code.Kicked);

        await Eventually.HoldsAsync(() => gateway.Register.Ends.Any(end => end is { App: "shop", Code: (uint)Code.Kicked }), "register is told");
        Assert.Equal(["ann"], gateway.Sessions.All.Select(session => session.User));
        Assert.Equal(1, gateway.Get<ParkingLot>().Count);
    }

    [Fact]
    public async Task LeaseDead_AllSessionsAreClaimedAgain_WhoWasOvertakenIsUnboundAlone()
    {
        var register = Binders.Register("shop", "news");
        await using var gateway = await RunningGateway.StartAsync(register);
        var client = await gateway.LogInWithAsync("shop", "news");
        register.LogInElsewhere("ann-shop", nameInRenewals: false, "shop");

        register.KillLease();

        await client.ReadUnboundAsync("shop", Code.Displaced);
        await Eventually.HoldsAsync(() => gateway.Sessions.All.All(session => session.Incarnation == register.Incarnation), "the others are claimed again");
        Assert.Equal(["ann", "ann-news"], gateway.Sessions.All.Select(session => session.User).Order());
        Assert.Equal(register.Incarnation, register.SessionOf("ann-news", "news")!.Incarnation);
        await gateway.PushToAsync("news", gateway.KeyOf("ann-news"), "still bound");
        await client.ReadPushesAsync("still bound");
        Assert.Equal((2L, 1L), (gateway.Metrics.Reclaims(ReclaimOutcome.Claimed), gateway.Metrics.Reclaims(ReclaimOutcome.Overtaken)));
    }

    [Fact]
    public async Task Refill_AllSessionsAreClaimedAgain()
    {
        var register = Binders.Register("shop");
        await using var gateway = await RunningGateway.StartAsync(register);
        await gateway.LogInWithAsync("shop");
        register.LoseSessions();

        register.Refill = 7;

        await Eventually.HoldsAsync(() => register.SessionOf("ann") is not null && register.SessionOf("ann-shop", "shop") is not null, "both are back");
    }

    [Fact]
    public async Task Stop_EndsAllSessions()
    {
        var register = Binders.Register("shop", "news");
        await using var gateway = await RunningGateway.StartAsync(register);
        var client = await gateway.LogInWithAsync("shop", "news");

        await gateway.StopAsync();

        Assert.Equal(Code.GoingAway, (await client.ReadAsync<Directive>(Command.Directive)).Code);
        Assert.Equal(["default", "news", "shop"], register.Ends.Select(end => end.App).Order());
    }

    [Fact]
    public async Task Races_OfEndsWithBindsAndLostLinks_LeaveNothing()
    {
        const int Clients = 12;
        string[] apps = ["a", "b", "c"];
        var register = Binders.Register(apps);
        await using var gateway = await RunningGateway.StartAsync(register, true, ("Parking:Time", "00:00:00.100"), ("Binding:BindBurst", "10000"));
        using var stop = new CancellationTokenSource();
        var ending = Task.Run(() => EndSome(gateway, stop.Token));

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(seed => StoryAsync(gateway, apps, seed)));

        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "the gateway knows that all have left");
        await stop.CancelAsync();
        await ending;
        await Eventually.HoldsAsync(
            () => gateway.Sessions.Count == 0 && gateway.Get<BindMetrics>().Bound == 0 && gateway.Get<ParkingLot>().Count == 0,
            "nothing is left",
            () => $"{gateway.Sessions.Count} sessions, {gateway.Get<BindMetrics>().Bound} bound, {gateway.Get<ParkingLot>().Count} parked");
        Assert.All(apps.Append("default"), app => Assert.Equal(0, gateway.Apps.Find(app)?.Sessions.Count ?? 0));
        await Eventually.HoldsAsync(
            () => apps.Append("default").All(app => Enumerable.Range(0, Clients).All(seed => register.SessionOf($"u{seed}", app) is null)),
            "register has none either");
    }

    /// <summary>Binds and unbinds without waiting for an answer, then breaks the link.</summary>
    private static async Task StoryAsync(RunningGateway gateway, string[] apps, int seed)
    {
        var random = new Random(seed);
        var user = $"u{seed}";
        using var client = await TestClient.ConnectAsync(gateway.Tcp, ProtocolVersion.Current);
        client.Verify(user);
        await client.ReadAsync();
        var answers = 1 + random.Next(8);
        for (var step = 0; step < 12; step++)
        {
            var app = apps[random.Next(apps.Length)];
            try
            {
                client.Send(random.Next(3) == 0
                    ? client.Encode(Command.Unbind, new Unbind { App = app })
                    : client.Encode(Command.Bind, new Bind { App = app, User = user, Token = "token-" + user }));
            }
            catch (IOException)
            {
                // Its first session was ended, and the connection with it.
                return;
            }
        }

        while (answers-- > 0 && await client.TryReadAsync() is not null)
        {
        }
    }

    private static void EndSome(RunningGateway gateway, CancellationToken stop)
    {
        var random = new Random(1);
        while (!stop.IsCancellationRequested)
        {
            foreach (var session in gateway.Sessions.All.Where(session => random.Next(session.IsBound ? 4 : 40) == 0))
            {
                session.Close(random.Next(2) == 0 ? Code.Kicked : Code.SessionLost, "race");
            }

            Thread.Yield();
        }
    }
}
