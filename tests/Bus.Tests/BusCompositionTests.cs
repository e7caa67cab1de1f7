using Microservices.Bus.InProcess;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microservices.Bus.Tests;

public sealed class BusCompositionTests
{
    private static readonly IConfiguration Empty = new ConfigurationBuilder().Build();

    [Fact]
    public async Task AddBus_OneIsRegistered_ItStaysAndNeedsNoConfiguration()
    {
        await using var shared = new InProcessBus(new BusOptions(), NullLogger<InProcessBus>.Instance);

        await using var services = new ServiceCollection().AddLogging().AddSingleton<IBus>(shared).AddBus(Empty).BuildServiceProvider();

        Assert.Same(shared, services.GetRequiredService<IBus>());
        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Healthy, report.Entries["bus"].Status);
        Assert.Contains("ready", report.Entries["bus"].Tags);
    }

    [Fact]
    public async Task AddBus_OneIsRegistered_DisposingTheServiceLeavesItToItsOwner()
    {
        await using var shared = new InProcessBus(new BusOptions(), NullLogger<InProcessBus>.Instance);
        var services = new ServiceCollection().AddLogging().AddSingleton<IBus>(shared).AddBus(Empty).BuildServiceProvider();
        services.GetRequiredService<IBus>();

        await services.DisposeAsync();

        Assert.True(shared.IsConnected);
    }

    [Fact]
    public async Task AddBus_Twice_IsTheSameAsOnce()
    {
        await using var host = new BusHost(new RecordedLog(), ("Kind", "in-process"));
        var services = new ServiceCollection().AddLogging().AddBus(Empty).AddBus(Empty);

        Assert.Single(services, service => service.ServiceType == typeof(IBus));
        Assert.Equal("bus Healthy: ", await host.HealthAsync());
    }

    [Fact]
    public async Task AddBus_NoAddress_FailsAtStart()
    {
        await using var services = new ServiceCollection().AddLogging().AddBus(Empty).BuildServiceProvider();

        var fault = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains("Bus:Uri", fault.Message, StringComparison.Ordinal);
    }
}
