using Microservices.Gateway.Admission;
using Microservices.Gateway.Binding;
using Microservices.Gateway.Commands;
using Microservices.Gateway.Delivery.Broadcasts;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Parking;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Transport;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Connections;

/// <summary>What all connections share, so that each holds one reference.</summary>
internal sealed class ConnectionParts
{
    public ConnectionParts(
        IOptions<ConnectionOptions> options,
        IOptions<AdmissionOptions> admission,
        IOptions<SessionsOptions> sessionOptions,
        IOptions<BindingOptions> binding,
        CommandTable commands,
        TimingWheel wheel,
        SessionTable sessions,
        SessionEnds ends,
        SessionReports reports,
        ParkingLot parking,
        ResumeTickets tickets,
        ChannelDelivery channels,
        FanOut fanOut,
        Gate gate,
        GatewayMetrics metrics,
        BindMetrics binds,
        TimeProvider time,
        ILogger<Connection> logger)
    {
        Options = options.Value;
        Binding = binding.Value;
        MaxFrameBytes = (uint)admission.Value.MaxFrameBytes;
        RetryAfterMs = (uint)sessionOptions.Value.RetryAfter.TotalMilliseconds;
        Commands = commands;
        Wheel = wheel;
        Sessions = sessions;
        Ends = ends;
        Reports = reports;
        Parking = parking;
        Tickets = tickets;
        Channels = channels;
        FanOut = fanOut;
        Gate = gate;
        Metrics = metrics;
        Binds = binds;
        Time = time;
        Logger = logger;
        Outboxes = new OutboxParts(Options.MaxPendingBytes, () => wheel.NowMs);
        VerifyTimeoutMs = (long)Options.VerifyTimeout.TotalMilliseconds;
        CloseTimeoutMs = (long)Options.CloseTimeout.TotalMilliseconds;
        SlowConsumerTimeoutMs = (long)Options.SlowConsumerTimeout.TotalMilliseconds;
        metrics.Gauge("gateway.connections", "{connection}", "Connections that are admitted.", () => gate.Connections);
        metrics.Gauge("gateway.sessions", "{session}", "Sessions on this gateway.", () => sessions.Count);
        metrics.Gauge("gateway.stalls", "{stall}", "How often the process stood still for more than a second; timeouts do not count that time.", () => wheel.Stalls);
        metrics.Gauge("gateway.outbox.pending", "By", "Bytes that wait for clients to read.", () => Outboxes.PendingBytes);
        metrics.Gauge("gateway.outbox.backlogs", "{connection}", "Connections on which bytes wait for the client to read.", () => Outboxes.Backlogs);
    }

    public ConnectionOptions Options { get; }

    public BindingOptions Binding { get; }

    public uint MaxFrameBytes { get; }

    public uint RetryAfterMs { get; }

    public long VerifyTimeoutMs { get; }

    public long CloseTimeoutMs { get; }

    public long SlowConsumerTimeoutMs { get; }

    public CommandTable Commands { get; }

    public TimingWheel Wheel { get; }

    public SessionTable Sessions { get; }

    public SessionEnds Ends { get; }

    public SessionReports Reports { get; }

    public ParkingLot Parking { get; }

    public ResumeTickets Tickets { get; }

    public ChannelDelivery Channels { get; }

    public FanOut FanOut { get; }

    public Gate Gate { get; }

    public GatewayMetrics Metrics { get; }

    public BindMetrics Binds { get; }

    public OutboxParts Outboxes { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }
}
