using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting;

/// <summary>The main program of a service.</summary>
public static class ServiceProgram
{
    /// <summary>Exit code: options are wrong; a restart without a change won't help.</summary>
    public const int WrongOptions = 2;

    /// <summary>Exit code: it could not start, for example because a port is taken.</summary>
    public const int CouldNotStart = 1;

    /// <summary>Exit code: a part of it failed while it ran, so that it stopped. The log says which.</summary>
    public const int Failed = 3;

    /// <summary>
    /// Runs the service that <paramref name="create"/> makes until it is told to stop. Wrong options and taken ports are told in
    /// plain lines on standard error, without a stack trace.
    /// </summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, Func<string[], WebApplication> create)
    {
        try
        {
            await using var app = create(args);
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            return HasFailed(app) ? Failed : 0;
        }
        catch (Exception fault) when (OptionFaults(fault) is { } faults)
        {
            await Console.Error.WriteLineAsync($"Cannot start, these options are wrong:{string.Concat(faults.Select(static text => $"\n- {text}"))}");
            return WrongOptions;
        }
        catch (IOException fault)
        {
            await Console.Error.WriteLineAsync($"Cannot start: {fault.Message}");
            return CouldNotStart;
        }
    }

    /// <summary>What is wrong with which options, if that is what <paramref name="fault"/> says.</summary>
    public static IEnumerable<string>? OptionFaults(Exception fault) => fault switch
    {
        // Not of the option's type at all: the binder names key, value and type.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => [fault.Message],
        OptionsValidationException options => options.Failures,
        AggregateException several when several.InnerExceptions.All(static inner => inner is OptionsValidationException) =>
            several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(static options => options.Failures),
        _ => null,
    };

    // The host stops when one of these fails, as if it had been told to.
    private static bool HasFailed(WebApplication app) =>
        app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(static part => part.ExecuteTask is { IsFaulted: true });
}
