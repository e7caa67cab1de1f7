using System.CommandLine;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Engine.Transports;

namespace Microservices.Cli.Load;

/// <summary>The options that say how gateways are reached.</summary>
internal sealed class TransportOption
{
    private static readonly string[] Names = ["tcp", "ws", "tls", "wss"];

    private readonly Option<string> _transport = new("--transport")
    {
        Description = "How to connect: tcp, ws (WebSocket), tls, wss. TLS costs this tool a multiple of CPU and memory.",
        DefaultValueFactory = static _ => Names[0],
        HelpName = "name",
    };

    private readonly Option<string?> _caFile = new("--ca-file")
    {
        Description = "With tls and wss: a PEM file of the authorities to trust, in place of the system's.",
        HelpName = "file",
    };

    private readonly Option<string?> _serverName = new("--server-name")
    {
        Description = "With tls and wss: the name that the gateway's certificate must be for. Default: the host that is connected to.",
        HelpName = "name",
    };

    public TransportOption() => _transport.Validators.Add(static result =>
    {
        if (result.GetValueOrDefault<string>() is var name && !Names.Contains(name))
        {
            result.AddError($"--transport is '{name}'; it takes {string.Join(", ", Names)}.");
        }
    });

    public void AddTo(Command command)
    {
        command.Options.Add(_transport);
        command.Options.Add(_caFile);
        command.Options.Add(_serverName);
    }

    public string NameOf(ParseResult parsed) => parsed.GetRequiredValue(_transport);

    /// <exception cref="CliException">The file of authorities is of no use, or TLS is not spoken.</exception>
    public LoadTransport Read(ParseResult parsed)
    {
        var (name, caFile, serverName) = (NameOf(parsed), parsed.GetValue(_caFile), parsed.GetValue(_serverName));
        var isWebSocket = name is "ws" or "wss";
        if (name is "tls" or "wss")
        {
            var authorities = caFile is null ? null : Authorities(caFile);
            return new LoadTransport(isWebSocket, target => Handshake(serverName ?? target.Host, authorities));
        }

        return caFile is null && serverName is null
            ? new LoadTransport(isWebSocket, null)
            : throw new CliException($"{(caFile is null ? "--server-name" : "--ca-file")} needs --transport tls or wss");
    }

    private static SslClientAuthenticationOptions Handshake(string host, X509Certificate2Collection? authorities)
    {
        // Different users share nothing: what one has agreed with the server makes the next one's handshake no cheaper.
        var handshake = new SslClientAuthenticationOptions { TargetHost = host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, AllowTlsResume = false };
        if (authorities is not null)
        {
            handshake.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handshake.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return handshake;
    }

    private static X509Certificate2Collection Authorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CliException($"--ca-file '{path}' is of no use: {fault.Message}");
        }

        return authorities.Count > 0 ? authorities : throw new CliException($"--ca-file '{path}' has no certificate in PEM");
    }
}
