using System.Net.Security;
using Microservices.Hosting.Listening.Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting.Listening;

/// <summary>Gives Kestrel the listeners of the service.</summary>
internal sealed class ConfigureListeners(
    IEnumerable<Listener> listeners,
    IOptionsMonitor<ListenerOptions> options,
    BoundEndpoints bound,
    CertificateReload certificates,
    ILogger<ConfigureListeners> logger,
    IServiceProvider services) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions kestrel)
    {
        // Kestrel is built before the host checks options. Checking all of them here names every bad value in one error.
        services.GetService<IStartupValidator>()?.Validate();
        kestrel.AddServerHeader = false;

        // A caller that vanished without a word would hold its streams for ever.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        foreach (var listener in listeners)
        {
            Listen(kestrel, listener, options.Get(listener.Name));
        }
    }

    private void Listen(KestrelServerOptions kestrel, Listener listener, ListenerOptions where)
    {
        if (listener.OnlyTls && where.CertificateFile is null)
        {
            Log.NoCertificate(logger, listener.Name);
            return;
        }

        if (where.Address == ListenerOptions.AnyAddress)
        {
            kestrel.ListenAnyIP(where.Port, Compose);
        }
        else
        {
            kestrel.Listen(ListenerOptions.ParseAddress(where.Address)!, where.Port, Compose);
        }

        void Compose(ListenOptions listen)
        {
            bound.Add(listener.Name, listen);
            if (listener.SpeaksHttp)
            {
                var feature = new ListenerFeature(listener.Name);
                listen.Use(next => connection =>
                {
                    connection.Features.Set(feature);
                    return next(connection);
                });
            }

            listener.Before?.Invoke(listen, where.CertificateFile is not null);
            if (where.CertificateFile is not null)
            {
                // Who stands before TLS cuts what takes too long; Kestrel's own timer, which can't be infinite, is then the second in line.
                listen.UseHttps(Tls(certificates.Begin(listener.Name), where.HandshakeTimeout * (listener.Before is null ? 1 : 2)));
            }

            listener.Configure(listen);
            if (where.CertificateFile is null && listen.Protocols == HttpProtocols.Http1AndHttp2)
            {
                // Without TLS the two sides cannot agree on HTTP/2; Kestrel would warn of it at each start.
                listen.Protocols = HttpProtocols.Http1;
            }
        }
    }

    private static TlsHandshakeCallbackOptions Tls(ListenerCertificate certificate, TimeSpan timeout) => new()
    {
        HandshakeTimeout = timeout,
        OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(certificate.Handshake),
    };
}
