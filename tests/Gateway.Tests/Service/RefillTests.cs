using Google.Protobuf;
using Grpc.Core;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Gateway.Tests.Service;

/// <summary>The store may have lost its data: the room claims its sessions again, and says when it has.</summary>
public sealed class RefillTests
{
    private readonly FakeRegister _register = new() { Refill = 7 };

    [Fact]
    public async Task Refill_RoomWithoutSessions_ConfirmsAtOnce()
    {
        _register.RenewEveryMs = 1_000_000;
        await using var gateway = await RunningGateway.StartAsync(_register);

        await UntilConfirmedAsync(7);

        Assert.Empty(_register.Claims);
    }

    [Fact]
    public async Task Refill_SessionsAreClaimedAgainWithTheirEpochs_AndStayConnected()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, withRegister: true, ("Sessions:MaxBatch", "2"));
        var clients = new List<TestClient>();
        for (var i = 0; i < 5; i++)
        {
            clients.Add(await gateway.LogInAsync($"user-{i}"));
        }

        await UntilConfirmedAsync(7);
        var incarnation = _register.Incarnation;
        var epochs = gateway.Sessions.All.ToDictionary(session => session.User, session => session.Epoch);
        gateway.SessionOf("user-3").IsAway = true;
        _register.LoseSessions();

        _register.Refill = 8;
        await UntilConfirmedAsync(8);

        Assert.All(epochs, user => Assert.Equal(user.Value, _register.SessionOf(user.Key)!.Key.Epoch));
        Assert.All(gateway.Sessions.All, session => Assert.Equal(incarnation, session.Incarnation));
        var again = _register.Claims.SelectMany(call => call.Claims).Where(claim => claim.HasHeldEpoch).ToArray();
        Assert.Equal(5, again.Length);
        Assert.Equal(SessionState.Away, again.Single(claim => claim.User == "user-3").State);
        Assert.Equal(5, gateway.Metrics.Reclaims(ReclaimOutcome.Claimed));
        foreach (var client in clients)
        {
            Assert.Empty(await client.ReadUntilAnsweredAsync());
        }
    }

    [Fact]
    public async Task Refill_WhileItRuns_DeliveriesGoOn()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var client = await gateway.LogInAsync("ann");
        var claim = await BlockedRefillAsync();

        await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8("on"), ContentType = "text/plain" }, Audience.One, gateway.KeyOf("ann"));
        await client.ReadAsync<PushDelivery>(Command.Push);

        Assert.DoesNotContain(_register.Renewals, renewal => renewal.Refilled == 8);
        claim.SetResult();
        await UntilConfirmedAsync(8);
    }

    [Fact]
    public async Task Refill_WhoeverWasOvertaken_IsClosed()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var overtaken = await gateway.LogInAsync("ann");
        await gateway.LogInAsync("bob");
        _register.LogInElsewhere("ann", nameInRenewals: false);

        _register.Refill = 8;

        Assert.Equal(Code.Displaced, (await overtaken.ReadAsync<Directive>(Command.Directive)).Code);
        await overtaken.ReadEndAsync();
        await UntilConfirmedAsync(8);
        Assert.Equal(["bob"], gateway.Sessions.All.Select(session => session.User));
        Assert.Equal(1, gateway.Metrics.Reclaims(ReclaimOutcome.Overtaken));
    }

    [Fact]
    public async Task Reclaim_NotAnsweredForASessionThatEnds_LeavesItNotBehind()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var client = await gateway.LogInAsync("ann");
        await UntilConfirmedAsync(7);
        var isLate = false;
        _register.OnClaim = async _ =>
        {
            client.Dispose();
            await Eventually.HoldsAsync(() => _register.Ends.Any(end => end.User == "ann"), "its end is told");
        };
        _register.AfterClaim = _ =>
        {
            (_register.OnClaim, _register.AfterClaim, isLate) = (null, null, _register.SessionOf("ann") is not null);
            throw new RpcException(new Status(StatusCode.Unavailable, "no answer"));
        };

        _register.KillLease();

        await Eventually.HoldsAsync(() => isLate, "the claim comes after the end");
        await Eventually.HoldsAsync(() => _register.SessionOf("ann") is null, "it is ended again");
    }

    [Fact]
    public async Task Refill_AnotherNumberMeanwhile_StartsOver()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, withRegister: true, ("Sessions:MaxBatch", "1"));
        await gateway.LogInAsync("ann");
        await gateway.LogInAsync("bob");
        var claim = await BlockedRefillAsync();

        _register.LoseSessions();
        _register.Refill = 9;
        await Eventually.HoldsAsync(() => gateway.Get<Microservices.Gateway.Rooms.RoomState>().Stamp.Refill == 9, "the room knows of the other one");
        claim.SetResult();
        await UntilConfirmedAsync(9);

        Assert.NotNull(_register.SessionOf("ann"));
        Assert.NotNull(_register.SessionOf("bob"));
        Assert.DoesNotContain(_register.Renewals, renewal => renewal.Refilled == 8);
        Assert.Equal(3, _register.Claims.SelectMany(call => call.Claims).Count(each => each.HasHeldEpoch));
    }

    [Fact]
    public async Task Refill_WithADeadLease_IsOneRound()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        await gateway.LogInAsync("ann");
        await gateway.LogInAsync("bob");
        await UntilConfirmedAsync(7);

        _register.LoseSessions();
        _register.Refill = 8;
        _register.KillLease();

        await UntilConfirmedAsync(8);
        Assert.All(gateway.Sessions.All, session => Assert.Equal(_register.Incarnation, session.Incarnation));
        Assert.InRange(_register.Claims.Where(call => call.Incarnation == _register.Incarnation).SelectMany(call => call.Claims).Count(claim => claim.HasHeldEpoch), 2, 2);
    }

    [Fact]
    public async Task Refill_LoginsAndEndsMeanwhile_AreRight()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var leaving = await gateway.LogInAsync("ann");
        await gateway.LogInAsync("bob");
        _register.LoseSessions();
        var claim = await BlockedRefillAsync();

        leaving.Send(Command.Goodbye);
        await Eventually.HoldsAsync(() => _register.Ends.Any(end => end.User == "ann"), "its end is told");
        var coming = await gateway.ConnectAsync();
        coming.Verify("carl");
        claim.SetResult();
        Assert.Equal(1u, (await coming.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        await UntilConfirmedAsync(8);

        await Eventually.HoldsAsync(() => _register.SessionOf("ann") is null, "what was claimed after its end is ended again");
        Assert.NotNull(_register.SessionOf("bob"));
        Assert.NotNull(_register.SessionOf("carl"));
    }

    [Fact]
    public async Task Refill_LoginThatBeganBeforeTheLoss_IsClaimedAgainBeforeItIsConfirmed()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        await UntilConfirmedAsync(7);
        var claim = new TaskCompletionSource();
        _register.AfterClaim = _ => claim.Task;
        var client = await gateway.ConnectAsync();
        client.Verify("ann");
        await Eventually.HoldsAsync(() => _register.SessionOf("ann") is not null, "the claim is made");

        _register.LoseSessions();
        _register.Refill = 8;
        await Eventually.HoldsAsync(() => gateway.Get<Microservices.Gateway.Rooms.RoomState>().Stamp.Refill == 8, "the room knows of the refill");
        var renewals = _register.Renewals.Count;
        await Eventually.HoldsAsync(() => _register.Renewals.Count > renewals + 3, "more renewals");
        Assert.DoesNotContain(_register.Renewals, renewal => renewal.Refilled == 8);
        _register.AfterClaim = null;
        claim.SetResult();

        await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        await UntilConfirmedAsync(8);
        Assert.Equal(gateway.SessionOf("ann").Epoch, _register.SessionOf("ann")!.Key.Epoch);
    }

    [Fact]
    public async Task Refill_StoreAnswersForSomeOnly_TheOthersAreClaimedAgain()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        await gateway.LogInAsync("ann");
        await gateway.LogInAsync("bob");
        _register.LoseSessions();
        _register.Forced["ann"] = Outcome.Unavailable;
        _register.Refill = 8;
        await Eventually.HoldsAsync(() => _register.Claims.LastOrDefault() is { Claims: [{ User: "ann", HasHeldEpoch: true }] }, "ann is claimed again");
        Assert.DoesNotContain(_register.Renewals, renewal => renewal.Refilled == 8);

        _register.Forced.Clear();

        await UntilConfirmedAsync(8);
        Assert.NotNull(_register.SessionOf("ann"));
    }

    [Fact]
    public async Task Refill_OfAnOlderStore_EndsWhatTheRoomDoesNotHaveBeforeItIsConfirmed()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        await gateway.LogInAsync("ann");
        await UntilConfirmedAsync(7);

        _register.Resurrect("gone", 4_711);
        _register.Refill = 8;
        await UntilConfirmedAsync(8);

        Assert.Null(_register.SessionOf("gone"));
        Assert.NotNull(_register.SessionOf("ann"));
        Assert.Equal(["gone"], _register.Ends.Select(end => end.User));
    }

    [Fact]
    public async Task Refill_OfARegisterThatTellsNone_IsNone()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        await gateway.LogInAsync("ann");
        await UntilConfirmedAsync(7);

        _register.Refill = 0;
        var renewals = _register.Renewals.Count;
        await Eventually.HoldsAsync(() => _register.Renewals.Count > renewals + 5, "more renewals");

        Assert.Single(_register.Claims);
        Assert.Equal(7u, _register.Renewals.Last().Refilled);
    }

    /// <summary>Refill 8 is asked for, and its first claim waits.</summary>
    private async Task<TaskCompletionSource> BlockedRefillAsync()
    {
        await UntilConfirmedAsync(7);
        var claims = _register.Claims.Count;
        var claim = new TaskCompletionSource();
        _register.OnClaim = _ => claim.Task;
        _register.Refill = 8;
        await Eventually.HoldsAsync(() => _register.Claims.Count > claims, "sessions are being claimed again");
        return claim;
    }

    private Task UntilConfirmedAsync(ulong refill) => Eventually.HoldsAsync(
        () => _register.Renewals.Any(renewal => renewal.Refilled == refill),
        $"refill {refill} is confirmed",
        () => $"refilled {_register.Renewals.LastOrDefault()?.Refilled}, {_register.Claims.Count} claims");
}
