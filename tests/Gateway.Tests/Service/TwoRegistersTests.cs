using Microservices.Gateway.Rooms;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>The lease goes on at another register while it lives.</summary>
public sealed class TwoRegistersTests
{
    private readonly FakeRegister _register = new() { LeaseMs = 6_000, RenewEveryMs = 100 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Register_ThatDiesOrHangs_AnotherOneRenewsTheLease(bool hangs)
    {
        await _register.StartAsync(_register.SecondPort);
        await using var gateway = await RunningGateway.StartAsync(
            _register, withRegister: true, ("Register:Addresses:1", FakeRegister.AddressOf(_register.SecondPort)));
        await gateway.LogInAsync("ann");
        var incarnation = _register.Incarnation;
        var first = Assert.Single(_register.Opened.Keys);
        var second = first == _register.Port ? _register.SecondPort : _register.Port;

        if (hangs)
        {
            _register.HungPort = first;
        }
        else
        {
            await _register.StopAsync(first);
        }

        await Eventually.HoldsAsync(() => _register.Opened.ContainsKey(second), "the lease stream is opened at the other one");
        var renewals = _register.Renewals.Count;
        await Eventually.HoldsAsync(() => _register.Renewals.Count > renewals + 3, "it is renewed there");
        Assert.Equal(LeaseState.Valid, gateway.Get<LeaseStanding>().State);
        Assert.Equal(incarnation, gateway.Get<RoomState>().Incarnation);
        Assert.Single(_register.Rooms);
        Assert.Single(_register.Claims);
    }

    [Fact]
    public async Task Register_ThatRefusesEveryStream_IsNotFlooded()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var began = Environment.TickCount64;
        var attempts = 0;
        _register.OnLease = _ =>
        {
            Interlocked.Increment(ref attempts);
            throw new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "no"));
        };

        await Eventually.HoldsAsync(() => Volatile.Read(ref attempts) >= 6, "it is tried again and again");

        // Pauses of 0.1 s at least, and 0.3 s from the third on.
        Assert.InRange(attempts, 1, 5 + ((Environment.TickCount64 - began) / 100));
        _register.OnLease = null;
        await gateway.UntilReadyAsync();
        Assert.Single(_register.Rooms);
        Assert.Equal(0, gateway.Metrics.Closes(Code.SessionLost));
    }
}
