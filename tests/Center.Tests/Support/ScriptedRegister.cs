using Grpc.Core;
using Microservices.Contracts.Register;
using AppsClient = Microservices.Contracts.Register.Apps.AppsClient;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;

namespace Microservices.Center.Tests.Support;

/// <summary>Register's answers without a network, for tests of what happens inside the center.</summary>
internal sealed class ScriptedRegister
{
    private readonly Dictionary<(string App, string User), List<Session>> _sessions = [];

    public ScriptedRegister()
    {
        Sessions = new SessionsOf(this);
        Apps = new AppsOf(this);
        Channels = new ScriptedChannels((app, user) => _sessions.GetValueOrDefault((app, user)) ?? []);
    }

    public SessionsClient Sessions { get; }

    public AppsClient Apps { get; }

    public ScriptedChannels Channels { get; }

    public Dictionary<string, App> KnownApps { get; } = [];

    /// <summary>Called at each look-up; it may throw.</summary>
    public Action<LookupRequest> OnLookup { get; set; } = static _ => { };

    /// <summary>What look-ups and lists say of themselves.</summary>
    public bool IsComplete { get; set; } = true;

    public List<LookupRequest> Lookups { get; } = [];

    public ScriptedRegister Online(string user, ulong room, ulong session, string device = "", string app = "default", bool chatClient = false)
    {
        if (!_sessions.TryGetValue((app, user), out var sessions))
        {
            _sessions.Add((app, user), sessions = []);
        }

        sessions.Add(new Session
        {
            App = app,
            User = user,
            NamedDevice = device,
            Key = new SessionKey { Session = session, Epoch = 1_000 + session },
            Incarnation = room,
            Room = $"room-{room}",
            ChatClient = chatClient,
        });
        return this;
    }

    public static RpcException Away { get; } = new(new Status(StatusCode.Unavailable, "nobody there"));

    private static AsyncUnaryCall<T> Answer<T>(Func<T> answer)
    {
        var task = Task.Run(answer);
        return new AsyncUnaryCall<T>(task, Task.FromResult(new Metadata()), static () => Status.DefaultSuccess, static () => [], static () => { });
    }

    private sealed class SessionsOf(ScriptedRegister register) : SessionsClient
    {
        public override AsyncUnaryCall<LookupReply> LookupAsync(LookupRequest request, CallOptions options) => Answer(() =>
        {
            lock (register)
            {
                register.Lookups.Add(request);
                register.OnLookup(request);
                return new LookupReply
                {
                    Complete = register.IsComplete,
                    Users =
                    {
                        request.Users.Select(user => new UserSessions
                        {
                            User = user,
                            Sessions = { register._sessions.GetValueOrDefault((request.App, user)) ?? [] },
                        }),
                    },
                };
            }
        });

        public override AsyncUnaryCall<ListSessionsReply> ListAsync(ListSessionsRequest request, CallOptions options) => Answer(() =>
            new ListSessionsReply { Sessions = { register._sessions.Values.SelectMany(static some => some) }, Complete = register.IsComplete });
    }

    private sealed class AppsOf(ScriptedRegister register) : AppsClient
    {
        public override AsyncUnaryCall<App> GetAsync(GetAppRequest request, CallOptions options) => Answer(() =>
            register.KnownApps.GetValueOrDefault(request.Name) ?? throw new RpcException(new Status(StatusCode.NotFound, "no app")));
    }
}
