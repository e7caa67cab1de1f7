using System.Collections.Concurrent;
using Grpc.Core;
using Microservices.Contracts.Register;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Gateway.Tests.Running;

/// <summary>
/// A register in memory that a test can hold up, take away and bring back. The token of a user is "token-" and the user. Its state
/// outlives <see cref="StopAsync"/>.
/// </summary>
internal sealed partial class FakeRegister : IAsyncDisposable
{
    private readonly Lock _sync = new();
    private readonly Dictionary<(string App, string User), Session> _sessions = [];
    private readonly Dictionary<string, App> _apps = [];
    private readonly List<SessionKey> _displaced = [];
    private readonly Dictionary<(string App, string User), ulong> _resumable = [];
    private readonly Dictionary<int, Front> _fronts = [];
    private ulong _epoch = 1_000;
    private ulong _incarnation = 0xA000;
    private ulong _revision;
    private TaskCompletionSource _appsChanged = new();

    public FakeRegister() => PutApp(new App { Name = "default", Chat = new ChatPolicy { Users = true, Broadcast = true } });

    public int Port { get; } = Testing.FreePorts.Take();

    /// <summary>The port of a second register on the same store; see <see cref="StartAsync(int)"/>.</summary>
    public int SecondPort { get; } = Testing.FreePorts.Take();

    public string Address => AddressOf(Port);

    /// <summary>Runs before a claim is answered; may wait or throw.</summary>
    public Func<ClaimRequest, Task>? OnClaim { get; set; }

    /// <summary>Runs after a claim was made, before it is answered.</summary>
    public Func<ClaimRequest, Task>? AfterClaim { get; set; }

    /// <summary>Runs before a request of a lease stream is answered; may wait or throw.</summary>
    public Func<LeaseRequest, Task>? OnLease { get; set; }

    /// <summary>The register at this port answers no request of a lease stream.</summary>
    public int HungPort { get; set; }

    /// <summary>Claims of these users are answered so, whatever their token.</summary>
    public ConcurrentDictionary<string, Outcome> Forced { get; } = new();

    /// <summary>Signed tokens of before this are refused, Unix time, µs.</summary>
    public ulong RevokedAtUs { get; set; }

    /// <summary>A gateway asked for the secrets of keys.</summary>
    public bool ToldSecrets { get; private set; }

    public ConcurrentQueue<ClaimRequest> Claims { get; } = new();

    public ConcurrentQueue<EndSession> Ends { get; } = new();

    public ConcurrentQueue<SessionReport> Reports { get; } = new();

    /// <summary>Answers reports of states as a register that does not know the call.</summary>
    public bool IsOld { get; set; }

    public ConcurrentQueue<RenewLease> Renewals { get; } = new();

    public ConcurrentQueue<SessionKey> Confirmed { get; } = new();

    public ConcurrentQueue<RoomDescription> Rooms { get; } = new();

    /// <summary>What the gateway did, in order: "end", "release".</summary>
    public ConcurrentQueue<string> Events { get; } = new();

    /// <summary>Heads of channels "all" are told in renewals.</summary>
    public bool TellsHeads { get; set; } = true;

    /// <summary>What is kept.</summary>
    public FakeLogs Logs { get; } = new();

    /// <summary>The incarnation that is alive; 0 = none.</summary>
    public ulong Incarnation { get; private set; }

    public int LeaseMs { get; set; } = 2_000;

    public int RenewEveryMs { get; set; } = 50;

    /// <summary>Which data the store has: told in the lease; 0 = nothing is told.</summary>
    public ulong Refill { get; set; }

    /// <summary>The keys of resume tickets; null = none are told.</summary>
    public ResumeKeys? ResumeKeys { get; set; }

    /// <summary>By port: how often a lease stream was opened there.</summary>
    public ConcurrentDictionary<int, int> Opened { get; } = new();

    public static string AddressOf(int port) => $"http://127.0.0.1:{port}";

    /// <summary>The store has a session again that had ended, as after going back to an older state.</summary>
    public void Resurrect(string user, ulong number)
    {
        lock (_sync)
        {
            _sessions[("default", user)] = new Session { App = "default", User = user, Key = new SessionKey { Session = number, Epoch = 1 }, Incarnation = Incarnation };
        }
    }

    /// <summary>Session state is gone, as after a restart of an empty store.</summary>
    public void LoseSessions()
    {
        lock (_sync)
        {
            _sessions.Clear();
            _resumable.Clear();
        }
    }

    public Task StartAsync() => StartAsync(Port);

    public async Task StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton(Logs);
        var app = builder.Build();
        var front = new Front(port, app, new CancellationTokenSource());
        app.MapGrpcService<RoomsFake>();
        app.MapGrpcService<SessionsFake>();
        app.MapGrpcService<AppsFake>();
        app.MapGrpcService<ChannelsFake>();
        app.Use((context, next) =>
        {
            context.Items[typeof(Front)] = front;
            return next(context);
        });
        _fronts[port] = front;
        await app.StartAsync();
    }

    public Task StopAsync() => StopAsync(Port);

    public async Task StopAsync(int port)
    {
        if (_fronts.Remove(port, out var front))
        {
            await front.Stopping.CancelAsync();
            await front.App.StopAsync();
            await front.App.DisposeAsync();
            front.Stopping.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var port in _fronts.Keys.ToArray())
        {
            await StopAsync(port);
        }
    }

    public void PutApp(App app)
    {
        lock (_sync)
        {
            app.Revision = ++_revision;
            _apps[app.Name] = app;
            _appsChanged.TrySetResult();
            _appsChanged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>The present lease is dead: the gateway is told at its next renewal.</summary>
    public void KillLease()
    {
        lock (_sync)
        {
            Incarnation = 0;
        }
    }

    /// <summary>Somebody else logs in: a newer epoch is stored, and renewals name the session that the room still has.</summary>
    public void LogInElsewhere(string user, bool nameInRenewals, string app = "default", uint code = 0)
    {
        lock (_sync)
        {
            var former = _sessions.GetValueOrDefault((app, user));
            if (former is not null && nameInRenewals)
            {
                _displaced.Add(new SessionKey(former.Key) { Code = code });
            }

            _sessions[(app, user)] = new Session { App = app, User = user, Key = new SessionKey { Session = 1, Epoch = ++_epoch }, Incarnation = 0xFFFF };
        }
    }

    public Session? SessionOf(string user, string app = "default")
    {
        lock (_sync)
        {
            return _sessions.GetValueOrDefault((app, user))?.Clone();
        }
    }

    private ClaimResult Claim(ulong incarnation, Claim claim)
    {
        lock (_sync)
        {
            if (Forced.TryGetValue(claim.User, out var forced))
            {
                return new ClaimResult { Outcome = forced };
            }

            if (!_apps.ContainsKey(claim.App))
            {
                return new ClaimResult { Outcome = Outcome.UnknownApp };
            }

            var former = _sessions.GetValueOrDefault((claim.App, claim.User));
            if (claim.HasHeldEpoch && former is not null && former.Key.Epoch > claim.HeldEpoch)
            {
                return new ClaimResult { Outcome = Outcome.Overtaken };
            }

            var isResumed = claim.HasResumeEpoch && claim.ResumeEpoch == (former?.Key.Epoch ?? _resumable.GetValueOrDefault((claim.App, claim.User)));
            var isSigned = claim.HasSignedAtUs && claim.SignedAtUs > RevokedAtUs;
            if (!claim.HasHeldEpoch && !isResumed && !isSigned && claim.Token != "token-" + claim.User)
            {
                return new ClaimResult { Outcome = Outcome.WrongToken };
            }

            var epoch = claim.HasHeldEpoch ? claim.HeldEpoch : ++_epoch;
            _sessions[(claim.App, claim.User)] = new Session
            {
                App = claim.App,
                User = claim.User,
                NamedDevice = claim.Device,
                Key = new SessionKey { Session = claim.Session, Epoch = epoch },
                Incarnation = incarnation,
            };
            return new ClaimResult { Outcome = Outcome.Claimed, Epoch = epoch, Displaced = former, Resumed = isResumed };
        }
    }

    private static Front FrontOf(ServerCallContext context) => (Front)context.GetHttpContext().Items[typeof(Front)]!;

    /// <summary>One register process.</summary>
    private sealed record Front(int Port, WebApplication App, CancellationTokenSource Stopping);
}
