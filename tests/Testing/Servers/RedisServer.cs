using System.Diagnostics;

namespace Microservices.Testing;

/// <summary>
/// A redis-server on a free port of loopback. It keeps nothing by itself: after a restart it has a new run id, and is empty, or has what the
/// command SAVE last wrote.
/// </summary>
/// <param name="arguments">Further arguments of redis-server.</param>
public sealed class RedisServer(params string[] arguments) : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);
    private readonly TempFolder _folder = new();
    private ChildProcess? _server;

    /// <summary>Taken when the object is made, so that a test can name a server that isn't there yet.</summary>
    public int Port { get; } = FreePorts.Take();

    /// <summary>Host and port, as StackExchange.Redis takes it.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>The process id; null when it was never started.</summary>
    public int? Id => _server?.Id;

    /// <summary>The last megabyte of its log.</summary>
    public string Output => _server?.Output ?? "";

    /// <summary>Makes and starts one.</summary>
    public static async Task<RedisServer> StartNewAsync(params string[] arguments)
    {
        var server = new RedisServer(arguments);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="once">Arguments of this start only.</param>
    public async Task StartAsync(params string[] once)
    {
        DebianPackage.Require("redis-server", "/usr/bin/redis-server");
        _server = await ChildProcess.StartAsync(new ProcessStartInfo(
            "/usr/bin/redis-server",
            ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder.Path, .. arguments, .. once]));
        await _server.WaitForOutputAsync("Ready to accept connections", StartDeadline);
    }

    /// <summary>Kills it and starts it again on the same port, with what SAVE last wrote.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    /// <summary>Ends it with SIGKILL and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>SIGSTOP: connections stay open, nothing answers.</summary>
    public void Freeze() => _server?.Send(Signal.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => _server?.Send(Signal.Continue);

    /// <summary>Runs redis-cli against it and returns what it printed.</summary>
    public Task<string> CliAsync(params string[] command) => RedisCli.RunAsync(["-p", $"{Port}", .. command]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }
}
