using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Parking;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;
using SessionKey = Microservices.Contracts.Bus.SessionKey;

namespace Microservices.Gateway.Tests.Parking;

/// <summary>Sessions whose link broke wait for their client for a moment.</summary>
public class ParkingTests
{
    private static readonly (string Key, string Value) Long = ("Parking:Time", "00:01:00");

    private readonly FakeRegister _register = new()
    {
        ResumeKeys = new ResumeKeys { Keys = { new ResumeKey { Id = 1, Secret = ByteString.CopyFrom(new byte[32]) } } },
    };

    [Fact]
    public async Task Resume_GetsWhatWasPushedMeanwhile_InOrderBehindItsAnswer()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        var (ticket, key) = await ParkAsync(gateway);
        Assert.Equal(1, gateway.Sessions.Count);
        await PushAsync(gateway, key, "one", "two", "three");
        Assert.Equal(3, Metrics(gateway).Frames(ParkedFrameOutcome.Kept));

        var (client, result) = await VerifyAsync(gateway, new Verify { Resume = ticket, Sdk = "test/1" });

        Assert.True(result.Resumed);
        await Eventually.HoldsAsync(() => gateway.Sessions.Count == 1, "the former session is gone, behind the answer");
        await PushAsync(gateway, gateway.KeyOf("ann"), "four");
        Assert.Equal(["one", "two", "three", "four"], await ReadPushesAsync(client, 4));
        Assert.Equal((1L, 3L), (Metrics(gateway).Parkings(ParkingOutcome.Resumed), Metrics(gateway).Frames(ParkedFrameOutcome.Resumed)));
        Assert.Equal((0, 0L), (Lot(gateway).Count, Lot(gateway).Bytes));
        Assert.Single(gateway.Sessions.All);
        Assert.Empty(_register.Ends);
    }

    [Fact]
    public async Task Resume_RegisterTellsOfTheDisplacedBeforeItAnswers_GetsWhatWasKept()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        var (ticket, key) = await ParkAsync(gateway);
        await PushAsync(gateway, key, "one");
        _register.AfterClaim = async _ =>
        {
            await CloseAsync(gateway, key, Code.Displaced);
            await PushAsync(gateway, key, "late");
        };

        var (client, _) = await VerifyAsync(gateway, new Verify { Resume = ticket, Sdk = "test/1" });

        Assert.Equal(["one"], await ReadPushesAsync(client, 1));
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.Empty(_register.Ends);
    }

    [Fact]
    public async Task Resume_LinkBreaksOnceMore_IsParkedOnceMore()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        var (ticket, key) = await ParkAsync(gateway);
        await PushAsync(gateway, key, "one");
        var (client, result) = await VerifyAsync(gateway, new Verify { Resume = ticket, Sdk = "test/1" });
        Assert.Equal(["one"], await ReadPushesAsync(client, 1));
        client.Dispose();
        await UntilParkedAsync(gateway);
        await PushAsync(gateway, gateway.KeyOf("ann"), "two");

        var (second, _) = await VerifyAsync(gateway, new Verify { Resume = result.Resume, Sdk = "test/1" });

        Assert.Equal(["two"], await ReadPushesAsync(second, 1));
    }

    [Theory]
    [InlineData("ann", false)]
    [InlineData("bob", true)]
    public async Task Login_WithoutTheTicketOfTheSession_GetsNothing(string user, bool showsTicket)
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        var (ticket, key) = await ParkAsync(gateway);
        await PushAsync(gateway, key, "secret");

        var (client, result) = await VerifyAsync(gateway, new Verify { User = user, Token = "token-" + user, Resume = showsTicket ? ticket : "", Sdk = "test/1" });

        Assert.Equal((1u, false), (result.Code, result.Resumed));
        Assert.Empty(await client.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task Resume_InAnotherVersion_GetsNothingAndGoesOn()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        var (ticket, key) = await ParkAsync(gateway);
        await PushAsync(gateway, key, "one");

        var client = await gateway.ConnectAsync(1100);
        client.Send(Command.Verify, new Verify { Resume = ticket, Sdk = "test/1" });

        Assert.True((await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Resumed);
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.Equal(1, Metrics(gateway).Frames(ParkedFrameOutcome.OtherVersion));
    }

    [Theory]
    [InlineData("Parking:MaxBytes")]
    [InlineData("Parking:MaxTotalBytes")]
    public async Task Push_OverTheBound_IsDroppedAndCounted(string bound)
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long, (bound, "1000"));
        var (ticket, key) = await ParkAsync(gateway);
        var large = new string('x', 600);

        await PushAsync(gateway, key, large, large, "small");

        Assert.Equal((2L, 1L), (Metrics(gateway).Frames(ParkedFrameOutcome.Kept), Metrics(gateway).Frames(ParkedFrameOutcome.NoRoom)));
        Assert.InRange(Lot(gateway).Bytes, 600, 1_000);
        var (client, _) = await VerifyAsync(gateway, new Verify { Resume = ticket, Sdk = "test/1" });
        Assert.Equal([large, "small"], await ReadPushesAsync(client, 2));
        Assert.Equal(0, Lot(gateway).Bytes);
    }

    [Fact]
    public async Task Park_NoMoreRoomForSessions_EndsAtOnce()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long, ("Parking:MaxSessions", "1"));
        await ParkAsync(gateway);

        (await gateway.LogInAsync("bob")).Dispose();

        await Eventually.HoldsAsync(() => _register.Ends.Any(end => end.User == "bob"), "the second one has ended");
        Assert.Equal((1, 1L), (Lot(gateway).Count, Metrics(gateway).Parkings(ParkingOutcome.NoRoom)));
    }

    [Fact]
    public async Task Time_Over_EndsOnceWithTheReasonAndCanStillBeResumed()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, ("Parking:Time", "00:00:00.300"));
        var (ticket, _) = await ParkAsync(gateway);

        await Eventually.HoldsAsync(() => !_register.Ends.IsEmpty, "the end is told");

        var end = Assert.Single(_register.Ends);
        Assert.Equal((uint)Code.ConnectionLost, end.Code);
        Assert.True(end.SilentMs >= 300, $"silent for {end.SilentMs} ms");
        Assert.Equal((0, 0), (gateway.Sessions.Count, Lot(gateway).Count));
        Assert.Equal(1, Metrics(gateway).Parkings(ParkingOutcome.Expired));
        Assert.True((await VerifyAsync(gateway, new Verify { Resume = ticket, Sdk = "test/1" })).Result.Resumed);
    }

    [Theory]
    [InlineData(Code.Kicked, true)]
    [InlineData(Code.TokenRevoked, false)]
    [InlineData(Code.Displaced, false)]
    public async Task Close_OfAParkedSession_EndsItAtOnce(Code code, bool isTold)
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        var (_, key) = await ParkAsync(gateway);
        await PushAsync(gateway, key, "one");

        await CloseAsync(gateway, key, code);

        await Eventually.HoldsAsync(() => gateway.Sessions.Count == 0, "the session is gone");
        await Eventually.HoldsAsync(() => _register.Ends.Count == (isTold ? 1 : 0), "its end is told");
        Assert.All(_register.Ends, end => Assert.Equal((uint)code, end.Code));
    }

    [Fact]
    public async Task Displaced_ByALoginElsewhere_IsForgottenWhenItsTimeIsOver()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, ("Parking:Time", "00:00:00.300"));
        var (_, key) = await ParkAsync(gateway);
        await PushAsync(gateway, key, "one");

        await CloseAsync(gateway, key, Code.Displaced);

        await Eventually.HoldsAsync(() => Lot(gateway).Count == 0, "nothing is left of it");
        Assert.Equal(0, Lot(gateway).Bytes);
        Assert.Equal(1, Metrics(gateway).Parkings(ParkingOutcome.Ended) + Metrics(gateway).Parkings(ParkingOutcome.Expired));
        Assert.Empty(_register.Ends);
    }

    [Fact]
    public async Task LeaseDead_ParkedIsEndedAndNotClaimedAgain()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        var stays = await gateway.LogInAsync("bob");
        await ParkAsync(gateway);
        var before = _register.Incarnation;

        _register.KillLease();

        await Eventually.HoldsAsync(() => !_register.Ends.IsEmpty, "the parked one has ended");
        Assert.Equal(("ann", (uint)Code.ConnectionLost), (Assert.Single(_register.Ends).User, _register.Ends.First().Code));
        await Eventually.HoldsAsync(() => gateway.Sessions.All.All(session => session.Incarnation > before), "the other one is claimed again");
        Assert.DoesNotContain(_register.Claims.SelectMany(call => call.Claims), claim => claim.HasHeldEpoch && claim.User == "ann");
        Assert.Empty(await stays.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task Refill_ParkedIsEndedAndTheRefillConfirmed()
    {
        _register.Refill = 7;
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        await Eventually.HoldsAsync(() => gateway.Get<RoomState>().Refilled == 7, "the first refill is confirmed");
        await ParkAsync(gateway);

        _register.Refill = 8;

        await Eventually.HoldsAsync(() => gateway.Get<RoomState>().Refilled == 8, "the refill is confirmed");
        Assert.Equal(0, gateway.Sessions.Count);
        await Eventually.HoldsAsync(() => _register.SessionOf("ann") is null, "the end is told");
    }

    [Fact]
    public async Task Stop_EndsAllParked()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        await ParkAsync(gateway);

        await gateway.StopAsync();

        Assert.Equal((uint)Code.ConnectionLost, Assert.Single(_register.Ends).Code);
        Assert.Contains("sessions ended; 0 not told", gateway.StopSteps);
    }

    [Theory]
    [InlineData(1100u, "00:01:00", "true")]
    [InlineData(ProtocolVersion.Current, "00:00:00", "true")]
    [InlineData(ProtocolVersion.Current, "00:01:00", "false")]
    public async Task Park_ChatClientOrNoTimeOrNoTicket_EndsAtOnce(uint version, string time, string issue)
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, ("Parking:Time", time), ("Resume:Issue", issue));
        var client = await gateway.LogInAsync("138", version);

        client.Dispose();

        await Eventually.HoldsAsync(() => _register.Ends.Count == 1, "the end is told");
        Assert.Equal((0, 0), (gateway.Sessions.Count, Lot(gateway).Count));
    }

    [Fact]
    public async Task Goodbye_IsNeverParked()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, true, Long);
        var client = await gateway.LogInAsync("ann");

        client.Send(Command.Goodbye);
        await client.ReadEndAsync();

        await Eventually.HoldsAsync(() => _register.Ends.Count == 1, "the end is told");
        Assert.Equal((uint)Code.Goodbye, _register.Ends.First().Code);
    }

    private static ParkingLot Lot(RunningGateway gateway) => gateway.Get<ParkingLot>();

    private static ParkingMetrics Metrics(RunningGateway gateway) => gateway.Get<ParkingMetrics>();

    private static Task UntilParkedAsync(RunningGateway gateway) => Eventually.HoldsAsync(() => Lot(gateway).Count == 1, "the session is parked");

    /// <summary>Ann logs in, and her link breaks.</summary>
    private static async Task<(string Ticket, SessionKey Key)> ParkAsync(RunningGateway gateway)
    {
        var (client, result) = await VerifyAsync(gateway, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" });
        var key = gateway.KeyOf("ann");
        client.Dispose();
        await UntilParkedAsync(gateway);
        return (result.Resume, key);
    }

    private static async Task<(TestClient Client, VerifyResult Result)> VerifyAsync(RunningGateway gateway, Verify verify)
    {
        var client = await gateway.ConnectAsync();
        client.Send(Command.Verify, verify);
        return (client, await client.ReadAsync<VerifyResult>(Command.VerifyResult));
    }

    private static async Task PushAsync(RunningGateway gateway, SessionKey key, params string[] texts)
    {
        foreach (var text in texts)
        {
            await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8(text) }, Audience.One, key);
        }

        await gateway.UntilHandledAsync();
    }

    private static async Task CloseAsync(RunningGateway gateway, SessionKey key, Code code)
    {
        await gateway.SendAsync(new RoomMessage { Close = new CloseSessions { Sessions = { key }, Code = (uint)code } });
        await gateway.UntilHandledAsync();
    }

    private static async Task<List<string>> ReadPushesAsync(TestClient client, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
        {
            texts.Add(System.Text.Encoding.UTF8.GetString((await client.ReadAsync<PushDelivery>(Command.Push)).Payload.Span));
        }

        return texts;
    }
}
