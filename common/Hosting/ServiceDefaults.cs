using Microservices.Hosting.Admin;
using Microservices.Hosting.Health;
using Microservices.Hosting.Listening;
using Microservices.Hosting.Logging;
using Microservices.Hosting.Metrics;
using Microservices.Hosting.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Microservices.Hosting;

/// <summary>What every service has: logging, health, metrics, an admin port, an orderly end.</summary>
public static class ServiceDefaults
{
    /// <summary>How long an orderly stop may take before the process ends anyway.</summary>
    public static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Adds the defaults. The admin port listens on 127.0.0.1:<paramref name="adminPort"/> unless the section <c>Admin</c> says otherwise.
    /// Nothing is static: several services can live in one process.
    /// </summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string service, int adminPort)
    {
        // First in line, so that every other source of configuration overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = LoggingDefaults });

        builder.Logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        var services = builder.Services;
        services.AddSingleton(new ServiceIdentity(service));
        services.TryAddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(static options => options.ShutdownTimeout = ShutdownTimeout);
        services.AddHealth();
        services.AddMetricsExport();
        services.AddHostedService<LifetimeLog>();
        builder.AddListener(AdminEndpoints.Listener, adminPort, static _ => { });
        return builder;
    }

    /// <summary>Maps <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>, on the admin port only.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        AdminEndpoints.Map(app);
        return app;
    }

    private static KeyValuePair<string, string?>[] LoggingDefaults =>
    [
        new("Logging:LogLevel:Default", "Information"),
        new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"),
        new("Logging:LogLevel:Microsoft.Hosting.Lifetime", "Warning"),
        new("Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks", "None"),
        new("Logging:LogLevel:Grpc", "Warning"),

        // A line for each call that runs out of time, which does not say which; whoever made the call says what it means.
        new("Logging:LogLevel:Grpc.Net.Client", "Error"),

        // What a handler throws is logged by FaultInterceptor; what is left is bodies that do not parse, which strangers may send.
        new("Logging:LogLevel:Grpc.AspNetCore.Server.ServerCallHandler", "None"),
        new("Logging:Console:FormatterName", LineFormatter.FormatterName),
    ];
}
