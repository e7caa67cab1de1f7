using Microsoft.AspNetCore.Builder;
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
            return 0;
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

    private static IEnumerable<string>? OptionFaults(Exception fault) => fault switch
    {
        OptionsValidationException options => options.Failures,
        AggregateException several when several.InnerExceptions.All(static inner => inner is OptionsValidationException) =>
            several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(static options => options.Failures),
        _ => null,
    };
}
