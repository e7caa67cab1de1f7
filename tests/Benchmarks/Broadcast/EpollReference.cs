using System.Diagnostics;
using System.Net.Sockets;
using Microservices.Clusters.Crowds;
using Microservices.Testing;

namespace Microservices.Benchmarks.Broadcast;

/// <summary>The loop in C, compiled on the spot, with clients connected to it.</summary>
internal sealed class EpollReference : IAsyncDisposable
{
    private const string Compiler = "/usr/bin/cc";

    private readonly TempFolder _folder;
    private readonly Process _process;
    private readonly Socket _control;

    private EpollReference(TempFolder folder, Process process, Socket control, ClientConnection[] connections)
    {
        (_folder, _process, _control, Connections) = (folder, process, control, connections);
    }

    public int ProcessId => _process.Id;

    public ClientConnection[] Connections { get; }

    /// <summary>Null when there is no compiler.</summary>
    public static async Task<EpollReference?> TryStartAsync(int clients, int frameBytes)
    {
        if (!File.Exists(Compiler))
        {
            return null;
        }

        var folder = new TempFolder();
        var program = Path.Combine(folder.Path, "epoll_broadcast");
        using (var compiler = Process.Start(Compiler, ["-O2", "-o", program, Path.Combine(AppContext.BaseDirectory, "Broadcast", "epoll_broadcast.c")]))
        {
            await compiler.WaitForExitAsync();
        }

        var port = FreePorts.Take();
        var process = Process.Start(new ProcessStartInfo(program, [$"{port}", $"{frameBytes}"]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadLineAsync();
        var control = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await control.ConnectAsync("127.0.0.1", port);
        var connected = new ClientConnection[clients];
        for (var i = 0; i < clients; i++)
        {
            connected[i] = await ClientConnection.OpenAsync(port, CancellationToken.None);
        }

        return new EpollReference(folder, process, control, connected);
    }

    public async Task BroadcastAsync() => await _control.SendAsync(new byte[1]);

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(Connections, static connection => connection.Dispose());
        _control.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }
}
