using Google.Protobuf;
using Microservices.Bus;
using Microservices.Bus.InProcess;
using Microservices.Center.ApiKeys;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microservices.Center.Tests.Components;

public sealed class StartTests
{
    [Fact]
    public async Task Start_RegisterAbsent_WaitsSaysSoAndRecovers()
    {
        using var folder = new TempFolder();
        await using var bus = new InProcessBus(new BusOptions(), NullLogger<InProcessBus>.Instance);
        var keyFile = Path.Combine(folder.Path, "keys.json");
        var key = ApiKeyFile.Create(keyFile, "all", ["*"], ["*"]);
        var port = FreePorts.Take();

        await using var center = await RunningCenter.StartAsync(bus, $"http://127.0.0.1:{port}", keyFile);
        await Eventually.HoldsAsync(
            async () => (await center.ReadinessAsync()).Contains($"waiting for register at http://127.0.0.1:{port}", StringComparison.Ordinal),
            "the center says what it waits for");
        Assert.False(await center.IsReadyAsync());
        await Refused.WithAsync(
            RefusalCode.TryLater,
            "Register, which knows sessions and apps, doesn't answer. Try again in 1000 ms.",
            center.Client(key).PushAsync(new PushRequest { App = "default", Everybody = new Everybody(), Payload = ByteString.CopyFromUtf8("x") }));

        await using var register = await RunningRegister.StartAsync(bus, port);

        await Eventually.HoldsAsync(async () => await center.IsReadyAsync(), "the center is ready");
        Assert.Contains((await center.Client(key).ListAppsAsync(new ListAppsRequest())).Apps, app => app.Name == "default");
    }

    [Fact]
    public async Task Stop_RegisterAndBusNeverThere_Ends()
    {
        using var folder = new TempFolder();
        var keyFile = Path.Combine(folder.Path, "keys.json");
        ApiKeyFile.Create(keyFile, "all", ["*"], ["*"]);
        await using var bus = new InProcessBus(new BusOptions(), NullLogger<InProcessBus>.Instance);
        await using var center = await RunningCenter.StartAsync(bus, $"http://127.0.0.1:{FreePorts.Take()}", keyFile);

        await center.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }
}
