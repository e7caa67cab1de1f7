using Microservices.Hosting.Listening;
using Microservices.Hosting.Listening.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microservices.Hosting;

/// <summary>Listeners by code, their addresses by configuration.</summary>
public static class Listeners
{
    /// <summary>The usual name of a gRPC listener and its section.</summary>
    public const string Grpc = "Grpc";

    /// <summary>The usual name of an HTTP listener and its section.</summary>
    public const string Http = "Http";

    /// <summary>
    /// Listens on 127.0.0.1:<paramref name="defaultPort"/> unless the section <paramref name="name"/> (<see cref="ListenerOptions"/>) says otherwise;
    /// <paramref name="configure"/> says what is spoken. The bound address is <see cref="BoundEndpoints"/>[<paramref name="name"/>].
    /// </summary>
    /// <param name="speaksHttp">False: connections carry nothing that endpoints are chosen by, which is memory that a connection of its own protocol can do without.</param>
    /// <param name="before">What a connection passes before all else, and whether TLS comes behind it, which costs most: then it also cuts handshakes that take too long.</param>
    /// <param name="onlyTls">True: without a certificate the listener does not listen.</param>
    public static WebApplicationBuilder AddListener(
        this WebApplicationBuilder builder,
        string name,
        int defaultPort,
        Action<ListenOptions> configure,
        bool speaksHttp = true,
        Action<ListenOptions, bool>? before = null,
        bool onlyTls = false)
    {
        var services = builder.Services;
        services.TryAddSingleton<BoundEndpoints>();
        services.TryAddSingleton<CertificateMetrics>();
        services.TryAddSingleton<CertificateReload>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CertificateReload>(static provider => provider.GetRequiredService<CertificateReload>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ListenerOptions>, ListenerRangesValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ListenerOptions>, ListenerOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<KestrelServerOptions>, ConfigureListeners>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, ListenerMatcherPolicy>());
        services.AddOptions<ListenerOptions>(name).Configure(options => options.Port = defaultPort).BindConfiguration(name).ValidateOnStart();
        services.AddSingleton(new Listener(name, configure, speaksHttp, before, onlyTls));
        return builder;
    }

    /// <summary>HTTP/2 only: in plain text ("h2c") there is no way to agree on a version, so a gRPC port speaks nothing else.</summary>
    public static WebApplicationBuilder AddGrpcListener(this WebApplicationBuilder builder, int defaultPort, string name = Grpc) =>
        builder.AddListener(name, defaultPort, static listen => listen.Protocols = HttpProtocols.Http2);

    /// <summary>HTTP/1.1, and HTTP/2 where TLS lets the two sides agree on it.</summary>
    public static WebApplicationBuilder AddHttpListener(this WebApplicationBuilder builder, int defaultPort, string name = Http) =>
        builder.AddListener(name, defaultPort, static listen => listen.Protocols = HttpProtocols.Http1AndHttp2);

    /// <summary>The endpoint exists on the listener <paramref name="name"/> only. Judged by the connection, not by a header.</summary>
    public static TBuilder RequireListener<TBuilder>(this TBuilder endpoint, string name)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new ListenerMetadata(name));

    /// <summary>The endpoint exists on the admin port only.</summary>
    public static TBuilder RequireAdminListener<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireListener(Admin.AdminEndpoints.Listener);
}
