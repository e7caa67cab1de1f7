using System.Diagnostics;

namespace Microservices.Testing;

/// <summary>
/// A RabbitMQ broker on a free port of loopback, with a folder, a cookie and an epmd of its own. It takes 4 to 7 s to start, so one serves a
/// whole test assembly, and each test takes a virtual host of its own.
/// </summary>
public sealed class RabbitServer : IAsyncDisposable
{
    private const string User = "guest";
    private const string Password = "guest";
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ControlDeadline = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly RabbitFiles _files;
    private readonly int _epmdPort = FreePorts.Take();
    private ChildProcess? _epmd;
    private ChildProcess? _broker;
    private int _virtualHosts;

    /// <summary>Writes its configuration; starts nothing.</summary>
    public RabbitServer() => _files = new RabbitFiles(_folder, Port, FreePorts.Take(), _epmdPort, User, Password);

    /// <summary>Taken when the object is made, so that a test can name a broker that isn't there yet.</summary>
    public int Port { get; } = FreePorts.Take();

    /// <summary>The process id of the broker (the Erlang VM); null when it was never started.</summary>
    public int? Id => _broker?.Id;

    /// <summary>The last megabyte of its log since it was last started.</summary>
    public string Output => _broker?.Output ?? "";

    /// <summary>Makes and starts one.</summary>
    public static async Task<RabbitServer> StartNewAsync()
    {
        var server = new RabbitServer();
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A virtual host that no other test of this broker has, as <c>amqp://…</c> with user and password.</summary>
    public string TakeVirtualHost()
    {
        var number = Interlocked.Increment(ref _virtualHosts);
        return number <= RabbitFiles.VirtualHosts
            ? Uri(RabbitFiles.VirtualHost(number))
            : throw new InvalidOperationException($"The broker has {RabbitFiles.VirtualHosts} virtual hosts, and all are taken: raise RabbitFiles.VirtualHosts.");
    }

    /// <summary>The address of a virtual host.</summary>
    public string Uri(string virtualHost) => $"amqp://{User}:{Password}@127.0.0.1:{Port}/{System.Uri.EscapeDataString(virtualHost)}";

    /// <summary>Starts it on the data it has, and waits until it is up.</summary>
    public async Task StartAsync()
    {
        DebianPackage.Require("rabbitmq-server", RabbitFiles.Program("rabbitmq-server"));
        if (_epmd is null)
        {
            _epmd = await ChildProcess.StartAsync(_files.Start("/usr/bin/epmd", "-port", $"{_epmdPort}", "-address", "127.0.0.1"));
            await _epmd.WaitForAsync(TcpPort.WhenOpen(_epmdPort), $"listen on port {_epmdPort}", StartDeadline);
        }

        _broker = await ChildProcess.StartAsync(_files.Start(RabbitFiles.Program("rabbitmq-server")));
        await _broker.WaitForOutputAsync("Server startup complete", StartDeadline);
    }

    /// <summary>Ends it with SIGKILL and waits until it is gone. Its data stay.</summary>
    public async Task KillAsync()
    {
        if (_broker is not null)
        {
            await _broker.KillAsync();
        }
    }

    /// <summary>Kills it and starts it again on its data.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    /// <summary>SIGSTOP: connections stay open, nothing answers.</summary>
    public void Freeze() => _broker?.Send(Signal.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => _broker?.Send(Signal.Continue);

    /// <summary>Runs rabbitmqctl and returns what it printed. Takes a second or two.</summary>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        await using var control = await ChildProcess.StartAsync(_files.Start(RabbitFiles.Program("rabbitmqctl"), ["--quiet", .. arguments]));
        var code = await control.WaitForExitAsync(ControlDeadline);
        return code == 0
            ? await control.ReadToEndAsync()
            : throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)} ended with code {code}: {await control.ReadToEndAsync()}");
    }

    /// <summary>Kills broker and epmd, and removes their folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        if (_epmd is not null)
        {
            await _epmd.DisposeAsync();
        }

        _folder.Dispose();
    }
}
