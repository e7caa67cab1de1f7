using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting.Listening;

/// <summary>Gives Kestrel the listeners of the service.</summary>
internal sealed class ConfigureListeners(
    IEnumerable<Listener> listeners,
    IOptionsMonitor<ListenerOptions> options,
    BoundEndpoints bound,
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

            if (where.CertificateFile is { } certificateFile)
            {
                listen.UseHttps(Tls(certificateFile, where.KeyFile!));
            }

            listener.Configure(listen);
            if (where.CertificateFile is null && listen.Protocols == HttpProtocols.Http1AndHttp2)
            {
                // Without TLS the two sides cannot agree on HTTP/2; Kestrel would warn of it at each start.
                listen.Protocols = HttpProtocols.Http1;
            }
        }
    }

    private static HttpsConnectionAdapterOptions Tls(string certificateFile, string keyFile)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        return new HttpsConnectionAdapterOptions
        {
            ServerCertificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile),
            ServerCertificateChain = chain,
        };
    }
}
