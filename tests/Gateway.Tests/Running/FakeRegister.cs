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
internal sealed class FakeRegister : IAsyncDisposable
{
    private readonly Lock _sync = new();
    private readonly Dictionary<(string App, string User), Session> _sessions = [];
    private readonly Dictionary<string, App> _apps = [];
    private readonly List<SessionKey> _displaced = [];
    private WebApplication? _app;
    private CancellationTokenSource _stopping = new();
    private ulong _epoch = 1_000;
    private ulong _incarnation = 0xA000;
    private ulong _revision;
    private TaskCompletionSource _appsChanged = new();

    public FakeRegister() => PutApp(new App { Name = "default", Chat = new ChatPolicy { Users = true, Broadcast = true } });

    public int Port { get; } = Testing.FreePorts.Take();

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>Runs before a claim is answered; may wait or throw.</summary>
    public Func<ClaimRequest, Task>? OnClaim { get; set; }

    /// <summary>Claims of these users are answered so, whatever their token.</summary>
    public ConcurrentDictionary<string, Outcome> Forced { get; } = new();

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

    /// <summary>The incarnation that is alive; 0 = none.</summary>
    public ulong Incarnation { get; private set; }

    public int LeaseMs { get; set; } = 2_000;

    public int RenewEveryMs { get; set; } = 50;

    public async Task StartAsync()
    {
        _stopping = new CancellationTokenSource();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.ListenLocalhost(Port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.MapGrpcService<RoomsFake>();
        _app.MapGrpcService<SessionsFake>();
        _app.MapGrpcService<AppsFake>();
        await _app.StartAsync();
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _app!.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await StopAsync();
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

            if (!claim.HasHeldEpoch && claim.Token != "token-" + claim.User)
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
            return new ClaimResult { Outcome = Outcome.Claimed, Epoch = epoch, Displaced = former };
        }
    }

    private sealed class RoomsFake(FakeRegister fake) : Contracts.Register.Rooms.RoomsBase
    {
        public override async Task Lease(IAsyncStreamReader<LeaseRequest> requestStream, IServerStreamWriter<LeaseReply> responseStream, ServerCallContext context)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, fake._stopping.Token);
            try
            {
                while (await requestStream.MoveNext(either.Token))
                {
                    if (Answer(requestStream.Current) is not { } reply)
                    {
                        return;
                    }

                    await responseStream.WriteAsync(reply, either.Token);
                    if (reply.KindCase == LeaseReply.KindOneofCase.Dead)
                    {
                        return;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "stopping"));
            }
        }

        private LeaseReply? Answer(LeaseRequest request)
        {
            lock (fake._sync)
            {
                switch (request.KindCase)
                {
                    case LeaseRequest.KindOneofCase.Open when request.Open.Incarnation == 0:
                        fake.Rooms.Enqueue(request.Open.Room);
                        fake.Incarnation = ++fake._incarnation;
                        return Granted();
                    case LeaseRequest.KindOneofCase.Open:
                        return request.Open.Incarnation == fake.Incarnation ? Granted() : new LeaseReply { Dead = new LeaseDead() };
                    case LeaseRequest.KindOneofCase.Release:
                        fake.Events.Enqueue("release");
                        fake.Incarnation = 0;
                        return null;
                    default:
                        return Renewed(request.Renew);
                }
            }
        }

        private LeaseReply Renewed(RenewLease renewal)
        {
            fake.Renewals.Enqueue(renewal);
            if (fake.Incarnation == 0)
            {
                return new LeaseReply { Dead = new LeaseDead() };
            }

            foreach (var key in renewal.Closed)
            {
                fake.Confirmed.Enqueue(key);
                fake._displaced.Remove(key);
            }

            return new LeaseReply { Renewed = new LeaseRenewed { Displaced = { fake._displaced } } };
        }

        private LeaseReply Granted() => new()
        {
            Granted = new LeaseGranted { Incarnation = fake.Incarnation, LeaseMs = (uint)fake.LeaseMs, RenewEveryMs = (uint)fake.RenewEveryMs },
        };
    }

    private sealed class SessionsFake(FakeRegister fake) : Contracts.Register.Sessions.SessionsBase
    {
        public override async Task<ClaimReply> Claim(ClaimRequest request, ServerCallContext context)
        {
            fake.Claims.Enqueue(request);
            if (fake.OnClaim is { } hook)
            {
                await hook(request);
            }

            return request.Incarnation != fake.Incarnation
                ? throw new RpcException(new Status(StatusCode.FailedPrecondition, "dead"))
                : new ClaimReply { Results = { request.Claims.Select(claim => fake.Claim(request.Incarnation, claim)) } };
        }

        public override Task<EndReply> End(EndRequest request, ServerCallContext context)
        {
            lock (fake._sync)
            {
                var reply = new EndReply();
                foreach (var end in request.Sessions)
                {
                    fake.Ends.Enqueue(end);
                    fake.Events.Enqueue("end");
                    var isStored = fake._sessions.TryGetValue((end.App, end.User), out var stored) && stored.Key.Epoch == end.Epoch;
                    reply.Ended.Add(isStored);
                    if (isStored)
                    {
                        fake._sessions.Remove((end.App, end.User));
                    }
                }

                return Task.FromResult(reply);
            }
        }

        public override Task<ReportReply> Report(ReportRequest request, ServerCallContext context)
        {
            if (fake.IsOld)
            {
                throw new RpcException(new Status(StatusCode.Unimplemented, "old"));
            }

            lock (fake._sync)
            {
                var reply = new ReportReply();
                foreach (var report in request.Sessions)
                {
                    fake.Reports.Enqueue(report);
                    reply.Taken.Add(fake._sessions.TryGetValue((report.App, report.User), out var stored) && stored.Key.Epoch == report.Epoch);
                }

                return Task.FromResult(reply);
            }
        }

        public override Task<ListSessionsReply> List(ListSessionsRequest request, ServerCallContext context)
        {
            lock (fake._sync)
            {
                return Task.FromResult(new ListSessionsReply { Sessions = { fake._sessions.Values.Where(session => session.Incarnation == request.Incarnation) } });
            }
        }
    }

    private sealed class AppsFake(FakeRegister fake) : Contracts.Register.Apps.AppsBase
    {
        public override async Task Watch(WatchAppsRequest request, IServerStreamWriter<AppList> responseStream, ServerCallContext context)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, fake._stopping.Token);
            try
            {
                while (true)
                {
                    AppList list;
                    Task changed;
                    lock (fake._sync)
                    {
                        list = new AppList { Apps = { fake._apps.Values.Select(static app => app.Clone()) }, Whole = true };
                        changed = fake._appsChanged.Task;
                    }

                    await responseStream.WriteAsync(list, either.Token);
                    await changed.WaitAsync(either.Token);
                }
            }
            catch (OperationCanceledException)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "stopping"));
            }
        }
    }
}
