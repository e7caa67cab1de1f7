using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microservices.Hosting.Tests.Running;

public sealed class ServiceProgramTests
{
    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    public async Task RunAsync_WrongOptions_EndsWithTheirExitCode(string port)
    {
        var code = await ServiceProgram.RunAsync([], _ => TestService.Create(configuration: [new("Admin:Port", port)]));

        Assert.Equal(ServiceProgram.WrongOptions, code);
    }

    [Fact]
    public async Task RunAsync_PortIsTaken_EndsWithItsExitCode()
    {
        await using var other = await TestService.StartAsync();

        var code = await ServiceProgram.RunAsync([], _ => TestService.Create(configuration: [new("Admin:Port", $"{other.Admin.Port}")]));

        Assert.Equal(ServiceProgram.CouldNotStart, code);
    }

    [Fact]
    public async Task RunAsync_Stopped_EndsWithZero()
    {
        WebApplication? app = null;
        var running = ServiceProgram.RunAsync([], _ =>
        {
            app = TestService.Create();
            app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication);
            return app;
        });

        Assert.Equal(0, await running);
        Assert.NotNull(app);
    }

    [Fact]
    public async Task RunAsync_PartFails_EndsWithItsExitCode()
    {
        var code = await ServiceProgram.RunAsync([], static _ => TestService.Create(static builder => builder.Services.AddHostedService<FailingPart>()));

        Assert.Equal(ServiceProgram.Failed, code);
    }

    private sealed class FailingPart(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task;
            throw new InvalidOperationException("a fault of ours");
        }
    }
}
