using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microservices.Benchmarks.Measuring;
using Microservices.Benchmarks.Peers.Protocols;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Engine.Transports;
using Microservices.Clusters;

namespace Microservices.Benchmarks.Clients;

/// <summary>
/// Clients of one gateway in a process of their own, since one process may not open enough files for those of several. It is told what to do by lines, and answers
/// each when it is done; it ends when nobody can tell it anything any more.
/// </summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    /// <summary>The argument that makes this program one.</summary>
    public const string Command = "clients";

    private readonly Process _process;

    private ClientProcess(Process process) => _process = process;

    /// <param name="port">The gateway's.</param>
    /// <param name="folder">Where the tokens may be written for it: not on the command line, which everybody sees.</param>
    /// <param name="users">Who they are.</param>
    public static async Task<ClientProcess> StartAsync(int port, string folder, IEnumerable<TestUser> users)
    {
        var file = Path.Combine(folder, $"users-{port}");
        await File.WriteAllLinesAsync(file, users.Select(static user => $"{user.Name} {user.Token}"));
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(ClientProcess).Assembly.Location, Command, $"{port}", file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new ClientProcess(Process.Start(start)!);
    }

    /// <summary>Some connect and leave.</summary>
    public Task WarmUpAsync(int count) => TellAsync($"warm {count}");

    /// <summary>All connect.</summary>
    public Task OpenAsync() => TellAsync("open 0");

    /// <summary>Waits until so many messages have arrived since the start.</summary>
    public Task WaitAsync(long deliveries) => TellAsync($"wait {deliveries}");

    public double CpuSeconds() => ProcessFigures.CpuSeconds(_process.Id);

    /// <summary>The process itself.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var users = (await File.ReadAllLinesAsync(args[2])).Select(static line => line.Split(' ')).ToArray();
        var target = LoadTarget.Of(new IPEndPoint(IPAddress.Loopback, int.Parse(args[1], CultureInfo.InvariantCulture)));
        var protocol = new FrameProtocol(index => FrameProtocol.Login(users[index][0], users[index][1], index));
        using var crowd = new ClientCrowd(target, LoadTransport.Tcp, protocol, users.Length);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Console.WriteLine(await DoAsync(line.Split(' ')));
        }

        return 0;

        async Task<string> DoAsync(string[] order)
        {
            var number = long.Parse(order[1], CultureInfo.InvariantCulture);
            try
            {
                switch (order[0])
                {
                    case "warm":
                        using (var first = new ClientCrowd(target, LoadTransport.Tcp, protocol, (int)Math.Min(number, users.Length)))
                        {
                            await first.OpenAsync();
                            await first.LeaveAsync();
                        }

                        return "done";
                    case "open":
                        await crowd.OpenAsync();
                        return "done";
                    default:
                        await crowd.WaitAsync(static counters => counters.Deliveries, number, "messages arrived");
                        return "done";
                }
            }
            catch (InvalidOperationException fault)
            {
                return fault.Message;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task TellAsync(string order)
    {
        await _process.StandardInput.WriteLineAsync(order);
        var answer = await _process.StandardOutput.ReadLineAsync();
        if (answer != "done")
        {
            throw new InvalidOperationException($"Clients, '{order}': {answer ?? "their process ended"}");
        }
    }
}
