using System.Runtime.InteropServices;
using Microservices.Contracts.Register;

namespace Microservices.Standalone;

/// <summary>From the first line to the last: start, fill in the demo users, welcome, wait for the end, stop.</summary>
internal static class StandaloneRun
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var data = DataFolder.Open(arguments.Data);
        var ports = new Ports(arguments.PortOffset);
        ports.ThrowIfTaken(withTls: arguments.Certificate is not null);

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

        await using var platform = new EmbeddedPlatform(arguments, new ServiceSettings(arguments, ports, data));
        try
        {
            var center = await platform.StartAsync(stop.Token);
            await ReadinessProbe.WaitAsync(ports.RegisterAdmin, stop.Token);
            var users = data.ReadDemoUsers();
            await DemoUsers.StoreAsync(users, center.GetRequiredService<Tokens.TokensClient>(), stop.Token);
            foreach (var adminPort in new[] { ports.DispatcherAdmin, ports.CenterAdmin, ports.GatewayAdmin })
            {
                await ReadinessProbe.WaitAsync(adminPort, stop.Token);
            }

            Console.WriteLine(Welcome.Text(arguments, ports, data, users));
            await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("Stopping: gateway, center, dispatcher, register.");
        }

        return 0;

        // The second one is left to the system, which ends the process at once.
        void End(PosixSignalContext signal)
        {
            if (!stop.IsCancellationRequested)
            {
                signal.Cancel = true;
                stop.Cancel();
            }
        }
    }
}
