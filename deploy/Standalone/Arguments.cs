using System.Globalization;

namespace Microservices.Standalone;

/// <summary>What the command line asks for.</summary>
/// <param name="Data">The folder of the key, the demo users and kept messages.</param>
/// <param name="Redis">A StackExchange.Redis configuration; null = sessions in memory, kept messages in a file of the data folder.</param>
/// <param name="RabbitMq">An AMQP address; null = the bus inside the process.</param>
/// <param name="PortOffset">Added to every default port.</param>
/// <param name="Certificate">A PEM file with the gateway's certificate; null = no TLS.</param>
/// <param name="Key">A PEM file with the key of it.</param>
internal sealed record Arguments(string Data, string? Redis, string? RabbitMq, int PortOffset, string? Certificate = null, string? Key = null)
{
    public const string DefaultData = "./data";

    private const int MaxPortOffset = 65535 - 8302;

    private const string Usage = """
        The whole platform in one process: gateway, dispatcher, register and center.

        Usage: dotnet run --project deploy/Standalone -- [options]

          --data DIR          folder of the API key, the demo users and kept messages (default ./data)
          --redis CONFIG      sessions and kept messages in Redis, for example 127.0.0.1:6379
                              (default: sessions in memory, messages in a file of the data folder)
          --rabbitmq URI      carry messages over RabbitMQ, for example amqp://guest:guest@127.0.0.1 (default: inside the process)
          --certificate FILE  clients may connect with TLS: a PEM file with the certificate and its chain
          --key FILE          the key of the certificate, in PEM
          --port-offset N     add N to every port (default 0)
          --help              show this
        """;

    /// <exception cref="StandaloneFault">An option is unknown, lacks its value or has an impossible one; or help was asked for (exit code 0).</exception>
    public static Arguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new Arguments(DefaultData, null, null, 0);
        for (var i = 0; i < args.Count; i += 2)
        {
            var option = args[i];
            if (option is "--help" or "-h" or "-?")
            {
                throw new StandaloneFault(Usage, exitCode: 0);
            }

            var value = i + 1 < args.Count ? args[i + 1] : null;
            parsed = option switch
            {
                "--data" => parsed with { Data = Required(option, value) },
                "--redis" => parsed with { Redis = Required(option, value) },
                "--rabbitmq" => parsed with { RabbitMq = Address(option, value) },
                "--certificate" => parsed with { Certificate = Required(option, value) },
                "--key" => parsed with { Key = Required(option, value) },
                "--port-offset" => parsed with { PortOffset = Offset(option, value) },
                _ => throw new StandaloneFault($"There is no option '{option}'.\n\n{Usage}"),
            };
        }

        return parsed.Certificate is null == parsed.Key is null
            ? parsed
            : throw new StandaloneFault("--certificate and --key are given together or not at all.");
    }

    private static string Required(string option, string? value) =>
        string.IsNullOrWhiteSpace(value) ? throw new StandaloneFault($"Option {option} lacks its value.\n\n{Usage}") : value;

    private static string Address(string option, string? value) =>
        Uri.TryCreate(Required(option, value), UriKind.Absolute, out var uri) && uri.Scheme is ("amqp" or "amqps")
            ? value!
            : throw new StandaloneFault($"Option {option} takes an address such as amqp://guest:guest@127.0.0.1.");

    private static int Offset(string option, string? value) =>
        int.TryParse(Required(option, value), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) && offset <= MaxPortOffset
            ? offset
            : throw new StandaloneFault($"Option {option} is {value}; it takes 0 to {MaxPortOffset}.");
}
