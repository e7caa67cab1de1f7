using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microservices.Hosting.Health;
using Microservices.Hosting.Tests.RegisterClient;
using Microsoft.Extensions.DependencyInjection;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Microservices.Hosting.Tests.Rpc;

public sealed class HealthRpcTests
{
    [Theory]
    [InlineData("")]
    [InlineData("microservices.register.v1.Rooms")]
    public async Task Check_ReadyService_IsServingWithoutSecret(string name)
    {
        await using var service = await FakeRegister.StartAsync(new("a"));
        using var channel = GrpcChannel.ForAddress(service.Bound.GrpcUrl());

        var answer = await new Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new() { Service = name });

        Assert.Equal(ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        await using var service = await FakeRegister.StartAsync(new("a"));
        using var channel = GrpcChannel.ForAddress(service.Bound.GrpcUrl());

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new() { Service = "nobody" }));

        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
    }

    [Fact]
    public async Task Watch_DependencyComesAndGoes_TellsEachChange()
    {
        await using var service = await FakeRegister.StartAsync(new("a"), more: static builder => builder.Services.AddDependency("redis"));
        var gate = service.App.Services.GetRequiredService<Readiness>()["redis"];
        using var channel = GrpcChannel.ForAddress(service.Bound.GrpcUrl());
        using var watch = new Grpc.Health.V1.Health.HealthClient(channel).Watch(new());

        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        gate.Up();
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        gate.Waiting("here", "no");
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
    }

    [Fact]
    public async Task Watch_UnknownService_SaysSoAndGoesOn()
    {
        await using var service = await FakeRegister.StartAsync(new("a"));
        using var channel = GrpcChannel.ForAddress(service.Bound.GrpcUrl());
        using var watch = new Grpc.Health.V1.Health.HealthClient(channel).Watch(new() { Service = "nobody" });

        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(watch));
    }

    [Fact]
    public async Task Watch_ServiceStops_EndsWithNotServing()
    {
        await using var service = await FakeRegister.StartAsync(new("a"));
        using var channel = GrpcChannel.ForAddress(service.Bound.GrpcUrl());
        using var watch = new Grpc.Health.V1.Health.HealthClient(channel).Watch(new());
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

        var stopping = service.App.StopAsync();

        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        await stopping;
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await watch.ResponseStream.MoveNext(deadline.Token));
        return watch.ResponseStream.Current.Status;
    }
}
