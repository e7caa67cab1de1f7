using System.Security.Cryptography;
using Microservices.Bus;

namespace Microservices.Standalone;

/// <summary>The configuration of each service, in memory: it never stands in a file, and neither does the secret between them.</summary>
internal sealed class ServiceSettings(Arguments arguments, Ports ports, DataFolder data)
{
    private const int SecretBytes = 32;

    private readonly string _secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));

    public Dictionary<string, string?> Gateway => WithCertificate(Common(ports.GatewayAdmin, new()
    {
        ["Tcp:Port"] = $"{ports.Gateway}",
        ["WebSocket:Port"] = $"{ports.WebSocket}",
        ["Tls:Port"] = $"{ports.GatewayTls}",
        ["Room:Name"] = "standalone",
        ["Register:Addresses:0"] = RegisterAddress,
    }));

    public Dictionary<string, string?> Dispatcher => Common(ports.DispatcherAdmin, new()
    {
        ["Http:Port"] = $"{ports.Dispatcher}",
        ["Register:Addresses:0"] = RegisterAddress,
    });

    public Dictionary<string, string?> Center => Common(ports.CenterAdmin, new()
    {
        ["Grpc:Port"] = $"{ports.Center}",
        ["Http:Port"] = $"{ports.CenterHttp}",
        ["Register:Addresses:0"] = RegisterAddress,
        ["ApiKeys:File"] = data.KeyHashesFile,
    });

    public Dictionary<string, string?> Register => Common(ports.RegisterAdmin, new()
    {
        ["Grpc:Port"] = $"{ports.Register}",
        ["Apps:File"] = data.AppsFile,
        ["Store:Kind"] = arguments.Redis is null ? "memory" : "redis",
        ["Store:Redis:Configuration"] = arguments.Redis,
        ["Store:Channels:Kind"] = arguments.Redis is null ? "sqlite" : "store",
        ["Store:Channels:File"] = data.MessagesFile,
    });

    private string RegisterAddress => $"http://127.0.0.1:{ports.Register}";

    // What is not given here may still come from the environment.
    private Dictionary<string, string?> WithCertificate(Dictionary<string, string?> settings)
    {
        if (arguments.Certificate is not null)
        {
            settings["Tls:CertificateFile"] = arguments.Certificate;
            settings["Tls:KeyFile"] = arguments.Key;
        }

        return settings;
    }

    private Dictionary<string, string?> Common(int adminPort, Dictionary<string, string?> settings)
    {
        settings["Admin:Port"] = $"{adminPort}";
        settings["ServiceAuth:Secret"] = _secret;
        settings["Bus:Kind"] = arguments.RabbitMq is null ? BusOptions.InProcess : BusOptions.RabbitMq;
        settings["Bus:Uri"] = arguments.RabbitMq;
        return settings;
    }
}
