using System.Net;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microservices.Center.Tests.Support;

/// <summary>A register behind real gRPC whose state and faults are the test's. Apps: <c>default</c> and <c>shop</c>.</summary>
internal sealed class FakeRegister : IAsyncDisposable
{
    private WebApplication _app = null!;

    public string Address { get; private set; } = "";

    public FakeSessions Sessions { get; } = new();

    public FakeJobs Jobs { get; } = new();

    /// <summary>What Rooms.List says.</summary>
    public RoomList Rooms { get; } = new() { Complete = true, Refilled = true };

    public static async Task<FakeRegister> StartAsync()
    {
        var register = new FakeRegister();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(register.Sessions);
        builder.Services.AddSingleton(register.Jobs);
        builder.Services.AddSingleton(new AppsOf());
        builder.Services.AddSingleton(new RoomsOf(register));
        register._app = builder.Build();
        register._app.MapGrpcService<FakeSessions>();
        register._app.MapGrpcService<FakeJobs>();
        register._app.MapGrpcService<AppsOf>();
        register._app.MapGrpcService<RoomsOf>();
        await register._app.StartAsync();
        register.Address = register._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return register;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    internal sealed class AppsOf : Contracts.Register.Apps.AppsBase
    {
        private readonly AppList _apps = new() { Whole = true, Apps = { new App { Name = "default" }, new App { Name = "shop", Devices = DevicePolicy.PerDevice } } };

        public override Task<App> Get(GetAppRequest request, ServerCallContext context) =>
            Task.FromResult(_apps.Apps.FirstOrDefault(app => app.Name == request.Name) ?? throw new RpcException(new Status(StatusCode.NotFound, "no app")));

        public override async Task Watch(WatchAppsRequest request, IServerStreamWriter<AppList> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(_apps);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }

    internal sealed class RoomsOf(FakeRegister register) : Contracts.Register.Rooms.RoomsBase
    {
        public override Task<RoomList> List(ListRoomsRequest request, ServerCallContext context) => Task.FromResult(register.Rooms);

        public override async Task Watch(WatchRoomsRequest request, IServerStreamWriter<RoomList> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(register.Rooms);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }
}
