using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting.Tests.RegisterClient;

public sealed class RegisterClientTests
{
    [Fact]
    public async Task Call_RightSecret_IsServed()
    {
        await using var register = await FakeRegister.StartAsync(new("a"));
        await using var caller = await FakeRegister.StartCallerAsync([register.Bound.GrpcUrl()]);

        var rooms = await Rooms(caller).ListAsync(new());

        Assert.Equal("a", rooms.Rooms[0].Description.Name);
    }

    [Fact]
    public async Task Call_WrongSecret_IsUnauthenticated()
    {
        var state = new FakeRegisterState("a");
        await using var register = await FakeRegister.StartAsync(state);
        await using var caller = await FakeRegister.StartCallerAsync([register.Bound.GrpcUrl()], "another-secret-long-enough");

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Rooms(caller).ListAsync(new()));

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.Equal(0, state.Calls);
    }

    [Fact]
    public async Task Stream_WrongSecret_IsUnauthenticated()
    {
        await using var register = await FakeRegister.StartAsync(new("a"));
        await using var caller = await FakeRegister.StartCallerAsync([register.Bound.GrpcUrl()], "another-secret-long-enough");
        using var watch = Rooms(caller).Watch(new());

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await watch.ResponseStream.MoveNext(default));

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
    }

    [Fact]
    public async Task UnaryCall_WithoutDeadline_GetsTheDefault()
    {
        var state = new FakeRegisterState("a") { Hangs = true };
        await using var register = await FakeRegister.StartAsync(state);
        await using var caller = await FakeRegister.StartCallerAsync([register.Bound.GrpcUrl()], timeout: "00:00:00.300");

        var late = await Assert.ThrowsAsync<RpcException>(async () => await Rooms(caller).ListAsync(new()));

        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
    }

    [Fact]
    public async Task UnaryCall_WithDeadline_KeepsIt()
    {
        var state = new FakeRegisterState("a");
        await using var register = await FakeRegister.StartAsync(state);
        await using var caller = await FakeRegister.StartCallerAsync([register.Bound.GrpcUrl()]);
        var asked = DateTime.UtcNow.AddHours(1);

        await Rooms(caller).ListAsync(new(), deadline: asked);

        Assert.True(state.Deadline > DateTime.UtcNow.AddMinutes(30), $"The server saw {state.Deadline:O}, the call asked for {asked:O}.");
    }

    [Fact]
    public async Task Stream_WithoutDeadline_GetsNone()
    {
        var state = new FakeRegisterState("a");
        await using var register = await FakeRegister.StartAsync(state);
        await using var caller = await FakeRegister.StartCallerAsync([register.Bound.GrpcUrl()]);
        using var watch = Rooms(caller).Watch(new());

        Assert.True(await watch.ResponseStream.MoveNext(default));

        Assert.Equal(DateTime.MaxValue, state.Deadline);
    }

    [Fact]
    public async Task Calls_TwoRegisters_TakeTurns()
    {
        var (a, b) = (new FakeRegisterState("a"), new FakeRegisterState("b"));
        await using var first = await FakeRegister.StartAsync(a);
        await using var second = await FakeRegister.StartAsync(b);
        await using var caller = await FakeRegister.StartCallerAsync([first.Bound.GrpcUrl(), second.Bound.GrpcUrl()]);

        await Eventually.HoldsAsync(
            async () =>
            {
                await Rooms(caller).ListAsync(new());
                return a.Calls > 2 && b.Calls > 2;
            },
            "both registers are called",
            () => $"a {a.Calls}, b {b.Calls}");
    }

    [Fact]
    public async Task Calls_OneRegisterDies_TheOtherServesAndTheDeadOneIsUsedAgainOnceBack()
    {
        var (a, b) = (new FakeRegisterState("a"), new FakeRegisterState("b"));
        await using var first = await FakeRegister.StartAsync(a);
        var second = await FakeRegister.StartAsync(b);
        var port = second.Bound[Listeners.Grpc].Port;
        await using var caller = await FakeRegister.StartCallerAsync([first.Bound.GrpcUrl(), second.Bound.GrpcUrl()]);
        await AnsweredByAsync(caller, "b");

        await second.DisposeAsync();
        await Eventually.HoldsAsync(async () => await AnswersAsync(caller, 20) is { Count: 20 } answers && answers.All(static name => name == "a"), "only the living one is asked, and no call fails");

        await using var back = await FakeRegister.StartAsync(new("b again"), port);
        await AnsweredByAsync(caller, "b again");
    }

    /// <summary>A process that is killed closes its connections before its port: the channel connects once more, and takes it for a living one.</summary>
    [Fact]
    public async Task Calls_OneRegisterDiesJustAfterItWasConnectedTo_TheOtherServesThemAll()
    {
        await using var living = await FakeRegister.StartAsync(new("a"));
        using var dying = new TcpListener(IPAddress.Loopback, 0);
        dying.Start();
        await using var caller = await FakeRegister.StartCallerAsync([living.Bound.GrpcUrl(), $"http://{dying.LocalEndpoint}"]);
        var first = Rooms(caller).ListAsync(new());
        (await dying.AcceptSocketAsync()).Dispose();
        dying.Stop();
        await Task.WhenAny(first.ResponseAsync);

        for (var call = 0; call < 20; call++)
        {
            Assert.Equal("a", (await Rooms(caller).ListAsync(new())).Rooms[0].Description.Name);
        }
    }

    [Fact]
    public async Task Call_RegisterAnswersNoPing_IsUnavailable()
    {
        using var hung = new TcpListener(IPAddress.Loopback, 0);
        hung.Start();
        await using var caller = await FakeRegister.StartCallerAsync([$"http://{hung.LocalEndpoint}"], timeout: "00:01:00", pingInterval: "00:00:01");
        var call = Rooms(caller).ListAsync(new());
        using var connection = await hung.AcceptSocketAsync();
        byte[] emptySettings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        await connection.SendAsync(emptySettings);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await call);

        Assert.Equal(StatusCode.Unavailable, refusal.StatusCode);
    }

    [Fact]
    public async Task Call_NoRegister_IsUnavailableAtOnce()
    {
        await using var caller = await FakeRegister.StartCallerAsync(["http://127.0.0.1:1"]);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Rooms(caller).ListAsync(new()));

        Assert.Equal(StatusCode.Unavailable, refusal.StatusCode);
    }

    [Theory]
    [InlineData("Register:Addresses:0", "127.0.0.1:8200")]
    [InlineData("Register:Addresses:0", "ftp://127.0.0.1:8200")]
    [InlineData("Register:Timeout", "00:00:00")]
    public void Create_BadOption_NamesIt(string option, string value)
    {
        var fault = Assert.Throws<OptionsValidationException>(() =>
            TestService.Create(static builder => builder.Services.AddRegisterClient(), configuration: [FakeRegister.SecretSetting, new(option, value)]));

        Assert.Contains(option.Replace(":0", "", StringComparison.Ordinal), fault.Message, StringComparison.Ordinal);
    }

    private static Rooms.RoomsClient Rooms(TestService caller) => caller.App.Services.GetRequiredService<Rooms.RoomsClient>();

    private static Task AnsweredByAsync(TestService caller, string name) =>
        Eventually.HoldsAsync(async () => (await AnswersAsync(caller, 4)).Contains(name), $"'{name}' answers");

    private static async Task<ConcurrentBag<string>> AnswersAsync(TestService caller, int calls)
    {
        var answers = new ConcurrentBag<string>();
        for (var call = 0; call < calls; call++)
        {
            try
            {
                answers.Add((await Rooms(caller).ListAsync(new())).Rooms[0].Description.Name);
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
            {
                // A call that was under way on the connection that broke.
            }
        }

        return answers;
    }
}
