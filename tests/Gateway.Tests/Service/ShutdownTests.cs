using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

public sealed class ShutdownTests
{
    [Fact]
    public async Task Stop_TellsClientsAndDoesItsStepsInOrder()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Shutdown:ReconnectSpread", "00:00:03"));
        var confirm = new TaskCompletionSource();
        var sdk = await gateway.LogInAsync("ann");
        var chat = await gateway.LogInAsync("138", 1100);
        var unverified = await gateway.ConnectAsync();
        gateway.Bus.OnUplink = () => confirm.Task;
        sdk.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "last words" });
        await gateway.UplinkAsync();
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 3, "all are admitted");
        var incarnation = gateway.Register.Incarnation;

        var stopping = gateway.StopAsync();

        var directive = await sdk.ReadAsync<Directive>(Command.Directive);
        Assert.Equal(("reconnect", Code.GoingAway), (directive.Action, directive.Code));
        Assert.InRange(directive.AfterMs, 0u, 3_000u);
        await sdk.ReadEndAsync();
        await chat.ReadEndAsync();
        await unverified.ReadEndAsync();
        foreach (var client in new[] { sdk, chat, unverified })
        {
            client.Dispose();
        }

        await Eventually.HoldsAsync(() => gateway.Register.Ends.Count == 2, "both sessions are ended");
        Assert.Empty(gateway.Bus.Deleted);
        confirm.SetResult();
        await stopping;

        Assert.Equal([incarnation], gateway.Bus.Deleted);
        Assert.Equal(["end", "end", "release"], gateway.Register.Events);
        Assert.Equal(
            ["not ready", "connections are refused", "3 connections closed; 0 left", "acknowledgements told; 0 not told", "sessions ended; 0 not told", "uplinks confirmed", "queue deleted", "lease released"],
            gateway.StopSteps);
    }

    [Fact]
    public async Task Stop_RefusesNewConnectionsWithTheReason()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:CloseTimeout", "00:00:02"));
        await gateway.LogInAsync("stays");
        var stopping = gateway.StopAsync();
        await Eventually.HoldsAsync(() => gateway.StopSteps.Contains("connections are refused"), "the gate is shut");

        var late = await gateway.ConnectAsync();

        await late.ReadErrorAsync(Code.GoingAway);
        await late.ReadEndAsync();
        await stopping;
    }

    [Fact]
    public async Task Stop_WithRegisterAndBusAway_EndsAtItsDeadline()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Shutdown:Timeout", "00:00:01"));
        var client = await gateway.LogInAsync("ann");
        await gateway.Register.StopAsync();
        var confirm = new TaskCompletionSource();
        gateway.Bus.OnUplink = () => confirm.Task;
        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "hi" });
        await gateway.UplinkAsync();

        await gateway.StopAsync().WaitAsync(Eventually.DefaultDeadline);

        Assert.Equal("lease released", gateway.StopSteps[^1]);
    }

    [Fact]
    public async Task Stop_BeforeItWasEverReady_Ends()
    {
        await using var gateway = await RunningGateway.StartAsync(withRegister: false);

        await gateway.StopAsync().WaitAsync(Eventually.DefaultDeadline);
    }
}
