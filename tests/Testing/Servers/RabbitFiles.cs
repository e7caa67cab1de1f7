using System.Diagnostics;
using System.Text.Json;

namespace Microservices.Testing;

/// <summary>The folder, settings and environment of one RabbitMQ broker.</summary>
internal sealed class RabbitFiles
{
    /// <summary>Made at the first start: adding one later costs a second of rabbitmqctl.</summary>
    public const int VirtualHosts = 80;

    private const string Servers = "/usr/lib/rabbitmq/lib";
    private readonly string _folder;
    private readonly Dictionary<string, string> _environment;

    public RabbitFiles(TempFolder folder, int port, int distributionPort, int epmdPort, string user, string password)
    {
        _folder = folder.Path;
        var definitions = folder.Write("definitions.json", Definitions(user, password));
        var plugins = folder.Write("enabled_plugins", "[].\n");
        var configuration = folder.Write("rabbitmq.conf", $"""
            listeners.tcp.default = 127.0.0.1:{port}
            log.console = true
            log.console.level = info
            log.file = false
            vm_memory_high_watermark.absolute = 1GB
            disk_free_limit.absolute = 50MB
            load_definitions = {definitions}

            """);
        _environment = new()
        {
            ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
            ["LANG"] = "C.UTF-8",
            ["HOME"] = folder.Make("home"),
            ["RABBITMQ_NODENAME"] = $"rmq{port}@localhost",
            ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
            ["ERL_EPMD_PORT"] = $"{epmdPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_MNESIA_BASE"] = folder.Make("mnesia"),
            ["RABBITMQ_LOG_BASE"] = folder.Make("log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_PID_FILE"] = $"{_folder}/pid",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = plugins,
            ["RABBITMQ_CONFIG_FILE"] = configuration,
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = $"{_folder}/none.config",
            ["RABBITMQ_CONF_ENV_FILE"] = $"{_folder}/none-env.conf",
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = $"{_folder}/generated",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
                "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",

            // The script then execs the Erlang VM: the child's id is the VM, and the parent-death signal stays set.
            ["detached"] = "1",
        };
    }

    public static string VirtualHost(int number) => $"test{number:D2}";

    /// <summary>The program of the installed version; Debian's wrappers in /usr/sbin switch the user.</summary>
    public static string Program(string name)
    {
        var server = Directory.Exists(Servers) ? Directory.GetDirectories(Servers, "rabbitmq_server-*").Order().LastOrDefault() : null;
        return Path.Combine(server ?? $"{Servers}/rabbitmq_server-?", "sbin", name);
    }

    public ProcessStartInfo Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder };
        start.Environment.Clear();
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static string Definitions(string user, string password)
    {
        var names = Enumerable.Range(1, VirtualHosts).Select(VirtualHost).Prepend("/").ToArray();
        return JsonSerializer.Serialize(new
        {
            users = new[] { new { name = user, password, tags = "administrator" } },
            vhosts = names.Select(name => new { name }),
            permissions = names.Select(vhost => new { user, vhost, configure = ".*", write = ".*", read = ".*" }),
        });
    }
}
