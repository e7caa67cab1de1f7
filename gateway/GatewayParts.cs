using Microservices.Bus;
using Microservices.Gateway.Admission;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Arrivals;
using Microservices.Gateway.Arrivals.Proxy;
using Microservices.Gateway.Arrivals.Tls;
using Microservices.Gateway.Binding;
using Microservices.Gateway.Commands;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Delivery;
using Microservices.Gateway.Delivery.Broadcasts;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Delivery.Fetching;
using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Lifetime;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Memory;
using Microservices.Gateway.Parking;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Tokens;
using Microservices.Gateway.Transport;
using Microservices.Gateway.Uplink;
using Microservices.Gateway.WebSockets;
using Microservices.Hosting;
using Microservices.Hosting.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway;

/// <summary>What the gateway is made of, in the order in which a client's bytes pass: transport → admission → connection → session → commands → bus, and back.</summary>
internal static class GatewayParts
{
    public const int TcpPort = 8124;
    public const int TlsPort = 8125;
    public const int WebSocketPort = 8126;
    public const int AdminPort = 8127;

    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<GatewayMetrics>();
        services.TryAddSingleton<TimingWheel>();

        // Kestrel's meter keeps tags for each connection; the gateway counts connections itself.
        services.AddSingleton(new SkippedMeter("Microsoft.AspNetCore.Server.Kestrel"));

        // Transport: Kestrel accepts and reads; frames are sent on the connection's socket, or with TLS through Kestrel's pipe.
        builder.AddListener(
            GatewayListeners.Tcp, TcpPort, static listen => listen.UseConnectionHandler<ClientConnectionHandler>(), speaksHttp: false, before: Doors(GatewayListeners.Tcp));
        services.AddOptions<Hosting.Listening.ListenerOptions>(GatewayListeners.Tcp)
            .Validate(static listener => listener.CertificateFile is null, "Tcp:CertificateFile: this listener speaks no TLS; Tls:CertificateFile is for the one that does.");
        builder.AddListener(
            GatewayListeners.Tls,
            TlsPort,
            static listen => listen.UseConnectionHandler<TlsConnectionHandler>(),
            speaksHttp: false,
            before: Doors(GatewayListeners.Tls),
            onlyTls: true);
        builder.AddListener(GatewayListeners.WebSocket, WebSocketPort, static listen =>
        {
            // A WebSocket begins with HTTP/1.1; nothing else is offered where TLS lets the two sides agree on it.
            listen.Protocols = HttpProtocols.Http1;
            listen.UseConnectionHandler<WebSocketConnectionHandler>();
        }, speaksHttp: false, before: Doors(GatewayListeners.WebSocket));
        services.AddValidatedOptions<WebSocketsOptions, WebSocketsOptionsValidator>(WebSocketsOptions.Section);
        services.AddSingleton<IValidateOptions<WebSocketsOptions>, WebSocketOriginsValidator>();
        services.AddSingleton<WebSocketMetrics>();
        services.AddSingleton<WebSocketParts>();

        // Arrivals: PROXY headers and handshakes, before a connection is one of ours
        services.AddValidatedOptions<ProxyProtocolOptions, ProxyProtocolOptionsValidator>(ProxyProtocolOptions.Section);
        services.AddSingleton<IValidateOptions<ProxyProtocolOptions>, TrustedNetworksValidator>();
        services.AddValidatedOptions<TlsOptions, TlsOptionsValidator>(TlsOptions.Section);
        services.AddSingleton<ArrivalMetrics>();
        services.AddSingleton<ProxyDoor>();
        services.AddSingleton<HandshakeDoor>();
        services.AddOptions<SocketTransportOptions>().Configure<IConfiguration>(static (transport, configuration) =>
        {
            // What a connection reads is handled on the thread that read it: no handler blocks.
            transport.UnsafePreferInlineScheduling = true;

            // In a storm more clients come between two turns of the accepting loop than the default of 512; what doesn't fit tries again a second later. The system's own limit holds too.
            transport.Backlog = 4096;

            // What a client with TLS does not take is to wait in its outbox, where it is limited, not here.
            transport.MaxWriteBufferSize = 32 * 1024;

            // Room for the longest frame while the one before it is handled; the rest stays with the system. Options are judged later than this is asked for.
            var admission = configuration.GetSection(AdmissionOptions.Section).Get<AdmissionOptions>() ?? new AdmissionOptions();
            transport.MaxReadBufferSize = 2 * Math.Clamp(admission.MaxFrameBytes, AdmissionOptions.LeastMaxFrameBytes, AdmissionOptions.MostMaxFrameBytes);
        });

        // Kestrel opens a log scope for each connection, held for as long as it lives: 250 bytes that our lines don't show.
        services.Configure<LoggerFilterOptions>(static logging => logging.CaptureScopes = false);

        // Admission
        services.AddValidatedOptions<AdmissionOptions, AdmissionOptionsValidator>(AdmissionOptions.Section);
        services.AddSingleton<IValidateOptions<AdmissionOptions>, AdmissionNetworksValidator>();
        services.AddSingleton<Gate>();
        services.AddSingleton<Refusals>();

        // Connections and sessions
        services.AddValidatedOptions<ConnectionOptions, ConnectionOptionsValidator>(ConnectionOptions.Section);
        services.AddSingleton<ConnectionParts>();
        services.AddValidatedOptions<BindingOptions, BindingOptionsValidator>(BindingOptions.Section);
        services.AddSingleton<BindMetrics>();
        services.AddValidatedOptions<SessionsOptions, SessionsOptionsValidator>(SessionsOptions.Section);
        services.AddRegisterClient();
        services.AddSingleton<SessionTable>();
        services.AddSingleton<LoginPace>();
        services.AddSingleton<LoginQueue>();
        services.AddSingleton<LoginDesk>();
        services.AddSingleton<LoginTokens>();
        services.AddSingleton<SessionEnds>();
        services.AddSingleton<SessionReports>();
        services.AddSingleton<LostSessions>();
        services.AddSingleton<ClaimsUnderWay>();
        services.AddValidatedOptions<ResumeOptions, ResumeOptionsValidator>(ResumeOptions.Section);
        services.AddValidatedOptions<ParkingOptions, ParkingOptionsValidator>(ParkingOptions.Section);
        services.AddSingleton<ParkingMetrics>();
        services.AddSingleton<ParkingLot>();
        services.AddSingleton<TicketKeys>();
        services.AddSingleton<ResumeTickets>();
        services.AddValidatedOptions<SignedTokenOptions, SignedTokenOptionsValidator>(SignedTokenOptions.Section);
        services.AddSingleton<TokenMetrics>();
        services.AddSingleton<TokenChecks>();
        services.AddSingleton<TokenRenewals>();

        // Commands
        services.AddSingleton<CommandTable>();
        services.AddSingleton<VerifyCommand>();
        services.AddSingleton<ICommandHandler>(static provider => provider.GetRequiredService<VerifyCommand>());
        services.AddSingleton<ICommandHandler, BindCommand>();
        services.AddSingleton<ICommandHandler, UnbindCommand>();
        services.AddSingleton<ICommandHandler, SingleChatCommand>();
        services.AddSingleton<ICommandHandler, GroupChatCommand>();
        services.AddSingleton<ICommandHandler, BroadcastChatCommand>();
        services.AddSingleton<ICommandHandler, HeartbeatCommand>();
        services.AddSingleton<ICommandHandler, AckCommand>();
        services.AddSingleton<ICommandHandler, FetchCommand>();
        services.AddSingleton<ICommandHandler, GoodbyeCommand>();

        // Up to the bus, down from the bus
        services.AddBus(builder.Configuration);
        services.AddValidatedOptions<UplinkOptions, UplinkOptionsValidator>(UplinkOptions.Section);
        services.AddSingleton<UplinkSender>();
        services.AddValidatedOptions<DeliveryOptions, DeliveryOptionsValidator>(DeliveryOptions.Section);
        services.AddSingleton<FanOutMetrics>();
        services.AddSingleton<FanOut>();
        services.AddSingleton<RoomInbox>();

        // Kept messages
        services.AddSingleton<ChannelMetrics>();
        services.AddSingleton<SinkParts>();
        services.AddSingleton<LogReads>();
        services.AddSingleton<InboxReads>();
        services.AddSingleton<SharedLog>();
        services.AddSingleton<FlowLooks>();
        services.AddSingleton<AwayFlows>();
        services.AddSingleton<CursorReports>();
        services.AddSingleton<ChannelDelivery>();
        services.AddSingleton<SharedDelivery>();
        services.AddSingleton<SharedReads>();
        services.AddSingleton<RoomResync>();
        services.AddSingleton<KeptArrivals>();
        services.AddSingleton<SessionOpener>();
        services.AddSingleton<FetchReads>();

        // What register knows of this room, and this room of apps
        services.AddValidatedOptions<RoomOptions, RoomOptionsValidator>(RoomOptions.Section);
        services.AddSingleton<RoomState>();
        services.AddSingleton<LeaseStanding>();
        services.AddSingleton<NamedSessions>();
        services.AddSingleton<RoomDescriber>();
        services.AddSingleton<Reclaimer>();
        services.AddDependency(RoomQueue.Dependency);
        services.AddSingleton<RoomQueue>();
        services.AddDependency(RoomLease.Dependency);
        services.AddSingleton<RoomLease>();
        services.AddSingleton<AppDirectory>();
        services.AddDependency(AppWatch.Dependency);
        services.AddSingleton<AppWatch>();

        services.AddValidatedOptions<MemoryOptions, MemoryOptionsValidator>(MemoryOptions.Section);
        services.AddHostedService<MemoryTrim>();
        services.AddValidatedOptions<ShutdownOptions, ShutdownOptionsValidator>(ShutdownOptions.Section);
        services.AddSingleton<GatewayService>();
        services.AddHostedService(static provider => provider.GetRequiredService<GatewayService>());
        return builder;
    }

    /// <summary>What stands before a port for clients.</summary>
    private static Action<ListenOptions, bool> Doors(string listener) => (listen, speaksTls) =>
    {
        listen.ApplicationServices.GetRequiredService<ProxyDoor>().Guard(listen);
        if (speaksTls)
        {
            listen.ApplicationServices.GetRequiredService<HandshakeDoor>().Guard(listen, listener);
        }
    };
}
