using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Microservices.Contracts.Center;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microservices.Cli.Tests.Running;

/// <summary>A center behind real gRPC: it remembers what it was asked, and answers as its fields say.</summary>
internal sealed class FakeCenter : IAsyncDisposable
{
    public const string Key = "key-of-the-tests";

    private WebApplication _app = null!;

    public string Address { get; private set; } = "";

    public ConcurrentQueue<object> Requests { get; } = new();

    public HashSet<string> Offline { get; } = [];

    public List<OnlineSession> Sessions { get; } = [];

    /// <summary>When those who are offline were last seen.</summary>
    public Dictionary<string, LastSeen> LastSeen { get; } = [];

    /// <summary>What answers about presence say of themselves.</summary>
    public bool IsComplete { get; set; } = true;

    /// <summary>What a watcher is told; null ends its stream as a center that stops does.</summary>
    public Channel<PresenceUpdate?> Watched { get; } = Channel.CreateUnbounded<PresenceUpdate?>();

    public Dictionary<string, AppDescription> Apps { get; } = new() { ["default"] = new AppDescription { Name = "default", ChatUsers = true, Revision = 3 } };

    /// <summary>What is kept (QoS 1), by key: a push with a key that is here is a repeat.</summary>
    public HashSet<string> Keys { get; } = [];

    public GetInboxReply Inbox { get; set; } = new();

    public List<DeadLetter> DeadLetters { get; } = [];

    public GetLedgerReply Ledger { get; set; } = new() { Complete = true };

    public uint Rooms { get; set; } = 2;

    /// <summary>What GetKick, CancelKick and WatchKick tell, one after another; the last stays.</summary>
    public Queue<KickJob> Kicks { get; } = new([new KickJob { Id = "job-1", State = KickJob.Types.State.Done, Found = 3, Ended = 2, Gone = 1 }]);

    /// <summary>So many streams break before they tell anything.</summary>
    public int BrokenStreams { get; set; }

    /// <summary>Thrown by every call.</summary>
    public Status? Fault { get; set; }

    /// <summary>What was asked while there was a <see cref="Fault"/>.</summary>
    public ConcurrentQueue<object> Faults { get; } = new();

    public static async Task<FakeCenter> StartAsync()
    {
        var center = new FakeCenter();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(center);
        center._app = builder.Build();
        center._app.MapGrpcService<Service>();
        await center._app.StartAsync();
        center.Address = center._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return center;
    }

    public TRequest Only<TRequest>() => Assert.Single(Requests.OfType<TRequest>());

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    internal sealed class Service(FakeCenter center) : Contracts.Center.Center.CenterBase
    {
        public override Task<PushReply> Push(PushRequest request, ServerCallContext context)
        {
            Take(request, context);
            var reply = new PushReply { MessageId = "0001-message" };
            if (request.TargetCase == PushRequest.TargetOneofCase.Everybody)
            {
                reply.Rooms = center.Rooms;
            }
            else
            {
                reply.Outcomes.AddRange(request.Users.Users_.Select(Outcome));
            }

            if (request.Qos == Qos.AtLeastOnce)
            {
                Keep(request, reply);
            }

            return Task.FromResult(reply);
        }

        public override Task<KickReply> Kick(KickRequest request, ServerCallContext context)
        {
            Take(request, context);
            return Task.FromResult(new KickReply { Outcomes = { request.Users.Select(Outcome) } });
        }

        public override Task<KickJob> StartKick(StartKickRequest request, ServerCallContext context)
        {
            Take(request, context);
            return Task.FromResult(new KickJob { Id = "job-1", App = request.App, State = KickJob.Types.State.Running });
        }

        public override Task<KickJob> GetKick(GetKickRequest request, ServerCallContext context) => NextKick(request, context);

        public override Task<KickJob> CancelKick(GetKickRequest request, ServerCallContext context) => NextKick(request, context);

        public override async Task WatchKick(GetKickRequest request, IServerStreamWriter<KickJob> responseStream, ServerCallContext context)
        {
            if (center.BrokenStreams-- > 0)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "This center stops; the job goes on."));
            }

            KickJob job;
            do
            {
                await responseStream.WriteAsync(job = await NextKick(request, context));
            }
            while (job.State == KickJob.Types.State.Running);
        }

        public override Task<GetPresenceReply> GetPresence(GetPresenceRequest request, ServerCallContext context)
        {
            Take(request, context);
            var users = request.Users.Select(user => new UserPresence
            {
                User = user,
                Online = center.Sessions.Any(session => session.User == user),
                Sessions = { center.Sessions.Where(session => session.User == user) },
                LastSeen = center.LastSeen.GetValueOrDefault(user),
            });
            return Task.FromResult(new GetPresenceReply { Users = { users }, Complete = center.IsComplete });
        }

        public override Task<ListOnlineReply> ListOnline(ListOnlineRequest request, ServerCallContext context)
        {
            Take(request, context);
            var from = request.Cursor.Length == 0 ? 0 : int.Parse(request.Cursor);
            var to = Math.Min(center.Sessions.Count, from + (int)request.Limit);
            return Task.FromResult(new ListOnlineReply
            {
                Sessions = { center.Sessions[from..to] },
                NextCursor = to < center.Sessions.Count ? to.ToString() : "",
                Complete = center.IsComplete,
            });
        }

        public override async Task WatchPresence(WatchPresenceRequest request, IServerStreamWriter<PresenceUpdate> responseStream, ServerCallContext context)
        {
            Take(request, context);
            await foreach (var update in center.Watched.Reader.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(update ?? throw new RpcException(new Status(StatusCode.Unavailable, "This center stops.")));
            }
        }

        public override Task<IssueTokenReply> IssueToken(IssueTokenRequest request, ServerCallContext context)
        {
            Take(request, context);
            return Task.FromResult(new IssueTokenReply { Token = request.Token.Length > 0 ? request.Token : $"token-of-{request.User}" });
        }

        public override Task<RevokeTokenReply> RevokeToken(RevokeTokenRequest request, ServerCallContext context)
        {
            Take(request, context);
            return Task.FromResult(new RevokeTokenReply { Revoked = !center.Offline.Contains(request.User), SessionsEnded = 1 });
        }

        public override Task<AppDescription> PutApp(PutAppRequest request, ServerCallContext context)
        {
            Take(request, context);
            var revision = center.Apps.TryGetValue(request.App.Name, out var stored) ? stored.Revision : 0;
            if (request.HasIfRevision && request.IfRevision != revision)
            {
                throw new RpcException(new Status(StatusCode.Aborted, $"The stored revision is {revision}."));
            }

            request.App.Revision = revision + 1;
            return Task.FromResult(center.Apps[request.App.Name] = request.App);
        }

        public override Task<AppDescription> GetApp(GetAppRequest request, ServerCallContext context)
        {
            Take(request, context);
            return center.Apps.TryGetValue(request.Name, out var app)
                ? Task.FromResult(app)
                : throw new RpcException(new Status(StatusCode.NotFound, $"There is no app '{request.Name}'."));
        }

        public override Task<ListAppsReply> ListApps(ListAppsRequest request, ServerCallContext context)
        {
            Take(request, context);
            return Task.FromResult(new ListAppsReply { Apps = { center.Apps.Values } });
        }

        public override Task<ListRoomsReply> ListRooms(ListRoomsRequest request, ServerCallContext context)
        {
            Take(request, context);
            return Task.FromResult(new ListRoomsReply
            {
                Rooms =
                {
                    new RoomStatus { Name = "room-a", Incarnation = 255, Addresses = { "127.0.0.1:8124" }, Connections = 1_234, Sessions = 1_200 },
                    new RoomStatus { Name = "room-b", Incarnation = 256, Draining = true },
                },
            });
        }

        public override Task<GetInboxReply> GetInbox(GetInboxRequest request, ServerCallContext context)
        {
            Take(request, context);
            return Task.FromResult(center.Inbox);
        }

        public override Task<ListDeadLettersReply> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
        {
            Take(request, context);
            var from = request.Cursor.Length == 0 ? 0 : int.Parse(request.Cursor);
            var to = Math.Min(center.DeadLetters.Count, from + (int)request.Limit);
            return Task.FromResult(new ListDeadLettersReply { Letters = { center.DeadLetters[from..to] }, NextCursor = to < center.DeadLetters.Count ? $"{to}" : "" });
        }

        public override Task<GetLedgerReply> GetLedger(GetLedgerRequest request, ServerCallContext context)
        {
            Take(request, context);
            return Task.FromResult(center.Ledger);
        }

        private void Keep(PushRequest request, PushReply reply)
        {
            var isRepeat = request.Key.Length > 0 && !center.Keys.Add(request.Key);
            if (request.TargetCase == PushRequest.TargetOneofCase.Everybody)
            {
                (reply.Position, reply.Repeated) = (new ChannelPosition { Epoch = 7, Seq = 1 }, isRepeat);
                return;
            }

            foreach (var outcome in reply.Outcomes)
            {
                (outcome.Position, outcome.Repeated) = (new ChannelPosition { Epoch = 7, Seq = 12 }, isRepeat);
                if (outcome.Outcome == UserOutcome.Types.Outcome.Offline)
                {
                    (outcome.Outcome, outcome.Message) = (UserOutcome.Types.Outcome.Kept, "The user is offline.");
                }
            }
        }

        private Task<KickJob> NextKick(GetKickRequest request, ServerCallContext context)
        {
            Take(request, context);
            return Task.FromResult(center.Kicks.Count > 1 ? center.Kicks.Dequeue() : center.Kicks.Peek());
        }

        private UserOutcome Outcome(string user) => center.Offline.Contains(user)
            ? new UserOutcome { User = user, Outcome = UserOutcome.Types.Outcome.Offline }
            : new UserOutcome { User = user, Outcome = UserOutcome.Types.Outcome.Sent, SentTo = { new SentTo { Room = "room-a", Device = "phone" } } };

        private void Take(object request, ServerCallContext context)
        {
            if (context.RequestHeaders.GetValue("authorization") != $"Bearer {Key}")
            {
                throw new RpcException(new Status(StatusCode.Unauthenticated, "unknown key"));
            }

            if (center.Fault is { } fault)
            {
                center.Faults.Enqueue(request);
                throw new RpcException(fault);
            }

            center.Requests.Enqueue(request);
        }
    }
}
