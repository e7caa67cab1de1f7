using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microservices.Bus;
using Microservices.Bus.InProcess;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Admission;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Arrivals;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Lifetime;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Transport;
using Microservices.Gateway.WebSockets;
using Microservices.Hosting.Listening;
using Microservices.Protocol;
using Microservices.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microservices.Gateway.Tests.Running;

/// <summary>A whole gateway on free ports, with a register that the test holds in its hand and the bus of one process.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<TestClient> _clients = [];
    private IAsyncDisposable? _uplinks;
    private ulong _messages;
    private bool _stopped;
    private bool _hasManualWheel;

    private RunningGateway(WebApplication app, FakeRegister register, SwitchedBus bus)
    {
        _app = app;
        Register = register;
        Bus = bus;
    }

    public FakeRegister Register { get; }

    public SwitchedBus Bus { get; }

    /// <summary>What came up from clients.</summary>
    public ConcurrentQueue<UplinkMessage> Uplinks { get; } = new();

    public IPEndPoint Tcp => Get<BoundEndpoints>()[GatewayListeners.Tcp];

    public IPEndPoint WebSocket => Get<BoundEndpoints>()[GatewayListeners.WebSocket];

    public WebSocketMetrics WebSocketMetrics => Get<WebSocketMetrics>();

    public IPEndPoint Tls => Get<BoundEndpoints>()[GatewayListeners.Tls];

    public ArrivalMetrics Arrivals => Get<ArrivalMetrics>();

    public Uri Admin => Get<BoundEndpoints>().Url("Admin");

    public GatewayMetrics Metrics => Get<GatewayMetrics>();

    public Gate Gate => Get<Gate>();

    public AppDirectory Apps => Get<AppDirectory>();

    public OutboxParts Outboxes => Get<ConnectionParts>().Outboxes;

    public SessionTable Sessions => Get<SessionTable>();

    public IReadOnlyList<string> StopSteps => Get<GatewayService>().Steps;

    /// <summary>Starts a gateway; it is ready when this returns, unless <paramref name="withRegister"/> is false.</summary>
    public static Task<RunningGateway> StartAsync(bool withRegister = true, params (string Key, string Value)[] settings) =>
        StartAsync(new FakeRegister(), withRegister, settings);

    /// <inheritdoc cref="StartAsync(bool, (string, string)[])"/>
    public static Task<RunningGateway> StartAsync(FakeRegister register, bool withRegister = true, params (string Key, string Value)[] settings) =>
        StartAsync(register, wheel: null, withRegister, settings);

    /// <summary>Timeouts of clients pass only when the test moves <paramref name="wheel"/>, in steps shorter than a stall.</summary>
    public static Task<RunningGateway> StartAsync(FakeRegister register, ManualTime? wheel, bool withRegister = true, params (string Key, string Value)[] settings) =>
        StartAsync(register, wheel, time: null, withRegister, settings);

    /// <summary>A gateway that lives by <paramref name="time"/>.</summary>
    public static Task<RunningGateway> StartAsync(FakeRegister register, TimeProvider time, params (string Key, string Value)[] settings) =>
        StartAsync(register, wheel: null, time, withRegister: true, settings);

    private static async Task<RunningGateway> StartAsync(FakeRegister register, ManualTime? wheel, TimeProvider? time, bool withRegister, (string Key, string Value)[] settings)
    {
        if (withRegister)
        {
            await register.StartAsync();
        }

        var bus = new SwitchedBus(new InProcessBus(new BusOptions { Kind = BusOptions.InProcess }, NullLogger<InProcessBus>.Instance));
        var app = GatewayApp.Create([], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<IBus>(bus);
            if (time is not null)
            {
                builder.Services.AddSingleton(time);
            }

            if (wheel is not null)
            {
                builder.Services.AddSingleton(new TimingWheel(wheel, NullLogger<TimingWheel>.Instance));
            }

            var configuration = new Dictionary<string, string?>
            {
                ["Tcp:Port"] = "0",
                ["WebSocket:Port"] = "0",
                ["Admin:Port"] = "0",
                ["ServiceAuth:Secret"] = "the-secret-of-the-tests",
                ["Register:Addresses:0"] = register.Address,
                ["Register:MaxReconnectPause"] = "00:00:00.200",
                ["Sessions:RetryPause"] = "00:00:00.050",
                ["Connections:CloseTimeout"] = "00:00:01",
            };
            foreach (var (key, value) in settings)
            {
                configuration[key] = value;
            }

            builder.Configuration.AddInMemoryCollection(configuration);
        });
        var gateway = new RunningGateway(app, register, bus) { _hasManualWheel = wheel is not null };
        await app.StartAsync();
        gateway._uplinks = await bus.ConsumeUplinkAsync(gateway.TakeAsync, CancellationToken.None);
        if (withRegister)
        {
            await gateway.UntilReadyAsync();
        }

        return gateway;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async Task UntilReadyAsync()
    {
        using var http = new HttpClient();
        var state = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await http.GetAsync(new Uri(Admin, "/readyz"));
                state = await answer.Content.ReadAsStringAsync();
                return answer.StatusCode == HttpStatusCode.OK && Gate.IsOpen;
            },
            "the gateway is ready",
            () => state);
    }

    /// <summary>A connection that has sent nothing.</summary>
    public async Task<TestClient> ConnectAsync(uint version = ProtocolVersion.Current, int? receiveBuffer = null)
    {
        var client = OverWebSocketAttribute.IsOn
            ? await TestClient.ConnectAsync(WebSocket, version, receiveBuffer, isWebSocket: true)
            : await TestClient.ConnectAsync(Tcp, version, receiveBuffer);
        _clients.Add(client);
        return client;
    }

    /// <summary>A connection by WebSocket that is verified as <paramref name="user"/>, a frame in a binary message.</summary>
    public async Task<TestClient> LogInOverWebSocketAsync(string user, uint version = ProtocolVersion.Current, params string[] features)
    {
        var client = await TestClient.ConnectAsync(WebSocket, version, isWebSocket: true);
        _clients.Add(client);
        client.Verify(user, features: features);
        Assert.Equal(1u, (await client.ReadAsync<Protocol.Bodies.VerifyResult>(Command.VerifyResult)).Code);
        return client;
    }

    /// <summary>A connection with TLS that has sent no frame.</summary>
    public async Task<TestClient> ConnectTlsAsync(TestCertificate trusted, int? receiveBuffer = null)
    {
        var client = await ConnectPlainlyToTlsAsync(receiveBuffer);
        await client.SecureAsync(trusted.Trust());
        return client;
    }

    /// <summary>A connection to the TLS port on which nothing was sent.</summary>
    public async Task<TestClient> ConnectPlainlyToTlsAsync(int? receiveBuffer = null)
    {
        var client = await TestClient.ConnectAsync(Tls, ProtocolVersion.Current, receiveBuffer);
        _clients.Add(client);
        return client;
    }

    /// <summary>A connection to <paramref name="listener"/> on which nothing is sent is cut, some before the client knows that it has one.</summary>
    public static async Task AssertIsCutAsync(IPEndPoint listener)
    {
        try
        {
            using var client = await TestClient.ConnectAsync(listener, ProtocolVersion.Current);
            await client.ReadCutAsync();
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Before.
        }
    }

    /// <summary>A connection that is verified as <paramref name="user"/>. With version 2 a client of the SDK, otherwise one of the chat protocol.</summary>
    public async Task<TestClient> LogInAsync(string user, uint version = ProtocolVersion.Current, string app = "default", params string[] features)
    {
        var client = await ConnectAsync(version);
        await LogInAsync(client, user, app, features);
        return client;
    }

    /// <summary>Verifies <paramref name="client"/>.</summary>
    public async Task LogInAsync(TestClient client, string user, string app = "default", params string[] features)
    {
        client.Verify(user, app: app, features: features);
        var result = await client.ReadAsync<Protocol.Bodies.VerifyResult>(Command.VerifyResult);
        Assert.Equal(1u, result.Code);
        if (_hasManualWheel)
        {
            // The connection reads on when the wheel knows its new deadline.
            await client.ReadUntilAnsweredAsync();
        }
    }

    /// <summary>The session of <paramref name="user"/> here.</summary>
    public Session SessionOf(string user) => Sessions.All.Single(session => session.User == user);

    public SessionKey KeyOf(string user)
    {
        var session = SessionOf(user);
        return new SessionKey { Session = session.Number, Epoch = session.Epoch };
    }

    /// <summary>Sends to this room, as a center does.</summary>
    public async Task SendAsync(RoomMessage message, string? id = null)
    {
        message.Id = id ?? $"m-{Interlocked.Increment(ref _messages)}";
        Assert.Equal(PublishOutcome.Accepted, await Bus.PublishToRoomAsync(Get<RoomState>().Incarnation, message, CancellationToken.None));
    }

    public Task PushAsync(Push push, Audience audience, params SessionKey[] recipients) =>
        SendAsync(new RoomMessage { Delivery = new Contracts.Bus.Delivery { App = "default", Audience = audience, Push = push, Recipients = { recipients } } });

    /// <summary>Everything that was sent to the room so far has been handled.</summary>
    public async Task UntilHandledAsync()
    {
        var before = Metrics.Drops(DropCause.UnknownSession);
        await SendAsync(new RoomMessage { Notice = new Notice { Session = new SessionKey { Session = ulong.MaxValue } } });
        await Eventually.HoldsAsync(() => Metrics.Drops(DropCause.UnknownSession) > before, "the room has handled its messages");
    }

    public async Task<UplinkMessage> UplinkAsync()
    {
        UplinkMessage? message = null;
        await Eventually.HoldsAsync(() => Uplinks.TryDequeue(out message), "a message went up");
        return message!;
    }

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _app.StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await StopAsync();
        await _app.DisposeAsync();
        if (_uplinks is not null)
        {
            await _uplinks.DisposeAsync();
        }

        await Bus.DisposeAsync();
        await Register.DisposeAsync();
    }

    private ValueTask TakeAsync(int queue, IReadOnlyList<UplinkMessage> batch, CancellationToken cancellationToken)
    {
        foreach (var message in batch)
        {
            Uplinks.Enqueue(message);
        }

        return ValueTask.CompletedTask;
    }
}
