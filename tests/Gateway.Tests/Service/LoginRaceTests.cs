using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>What happens to a session between its claim in register and the answer to its verify.</summary>
public sealed class LoginRaceTests
{
    [Fact]
    public async Task Push_BeforeTheAnswer_FollowsIt()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (client, key) = await BeginLoginAsync(gateway, async (claimed, push) => await push(claimed));

        await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        var pushed = await client.ReadAsync<PushDelivery>(Command.Push);

        Assert.Equal("early", System.Text.Encoding.UTF8.GetString(pushed.Payload.Span));
        Assert.Equal(gateway.KeyOf("ann"), key);
    }

    [Fact]
    public async Task Close_BeforeTheAnswer_FollowsIt()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (client, _) = await BeginLoginAsync(gateway, async (claimed, _) =>
            await gateway.SendAsync(new RoomMessage { Close = new CloseSessions { Sessions = { claimed }, Code = (uint)Code.Displaced } }));

        await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        Assert.Equal(Code.Displaced, (await client.ReadAsync<Directive>(Command.Directive)).Code);
        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.Sessions.Count == 0, "the session is gone");
    }

    [Fact]
    public async Task Push_ForAnotherEpoch_IsNotDelivered()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (client, _) = await BeginLoginAsync(gateway, async (claimed, push) =>
            await push(new SessionKey { Session = claimed.Session, Epoch = claimed.Epoch + 1 }));

        await client.ReadAsync<VerifyResult>(Command.VerifyResult);

        Assert.Empty(await client.ReadUntilAnsweredAsync());
    }

    /// <summary>Holds the claim's answer until <paramref name="meanwhile"/> has sent what the room then has handled.</summary>
    private static async Task<(TestClient Client, SessionKey Key)> BeginLoginAsync(RunningGateway gateway, Func<SessionKey, Func<SessionKey, Task>, Task> meanwhile)
    {
        // The fake's epochs begin at 1,001.
        var key = new SessionKey { Session = 1, Epoch = 1_001 };
        var claim = new TaskCompletionSource();
        gateway.Register.OnClaim = _ => claim.Task;
        var client = await gateway.ConnectAsync();
        client.Verify("ann");
        await Eventually.HoldsAsync(() => !gateway.Register.Claims.IsEmpty, "the claim is asked for");

        await meanwhile(key, to => gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8("early"), ContentType = "text/plain" }, Audience.One, to));
        await gateway.UntilHandledAsync();
        claim.SetResult();
        return (client, key);
    }
}
