using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Microservices.Testing;

namespace Microservices.Register.Tests.Sessions;

/// <summary>Whether answers about presence say that they may lack somebody.</summary>
public sealed class CompletenessTests
{
    [Fact]
    public async Task Answers_RightAfterTheStoreLostItsData_AreNotComplete()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var register = await RunningRegister.OnRedisAsync(
            redis.Endpoint, ("Rooms:LeaseTime", "00:00:04"), ("Rooms:RefreshEvery", "00:00:00.300"));
        await Eventually.HoldsAsync(async () => (await register.ReadyAsync()).Ready, "the register is ready");
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"));
        await Eventually.HoldsAsync(
            async () => await room.RenewAsync() is not null && (await LookupAsync(register)).Complete && (await ListAsync(register)).Complete,
            "answers are complete");

        // The view of the rooms is still the one from before.
        await redis.CliAsync("flushall");
        var (looked, listed) = (LookupAsync(register), ListAsync(register));

        Assert.Empty(Assert.Single((await looked).Users).Sessions);
        Assert.False((await looked).Complete);
        Assert.Empty((await listed).Sessions);
        Assert.False((await listed).Complete);
    }

    private static async Task<LookupReply> LookupAsync(RunningRegister register) =>
        await register.Sessions.LookupAsync(new LookupRequest { App = "default", Users = { "ann" } });

    private static async Task<ListSessionsReply> ListAsync(RunningRegister register) =>
        await register.Sessions.ListAsync(new ListSessionsRequest { App = "default" });
}
