using Grpc.Core;
using Microservices.Contracts.Register;
using SessionsBase = Microservices.Contracts.Register.Sessions.SessionsBase;

namespace Microservices.Center.Tests.Support;

/// <summary>Register's sessions, as a list that the test fills. A page begins behind the number of the session that its cursor names.</summary>
internal sealed class FakeSessions : SessionsBase
{
    private readonly Lock _sync = new();
    private readonly List<Session> _sessions = [];
    private readonly Dictionary<(string App, string User), LastSession> _last = [];
    private readonly List<KickSessionsRequest> _kicks = [];
    private ulong _number;

    /// <summary>Called before sessions are ended; what it throws is the answer.</summary>
    public Action<KickSessionsRequest> BeforeKick { get; set; } = static _ => { };

    /// <summary>Called when they are ended; what it throws is the answer.</summary>
    public Action<KickSessionsRequest> AfterKick { get; set; } = static _ => { };

    /// <summary>Users for whom the store is silent.</summary>
    public HashSet<string> Silent { get; } = [];

    public Func<bool> Complete { get; set; } = static () => true;

    public IReadOnlyList<KickSessionsRequest> Kicks
    {
        get
        {
            lock (_sync)
            {
                return [.. _kicks];
            }
        }
    }

    public IReadOnlyList<string> Online
    {
        get
        {
            lock (_sync)
            {
                return [.. _sessions.Select(static session => $"{session.App}/{session.User}/{session.NamedDevice}").Order(StringComparer.Ordinal)];
            }
        }
    }

    public void Login(string user, string device = "", string app = "default", ulong room = 0x0A, DateTimeOffset? at = null)
    {
        lock (_sync)
        {
            var time = at ?? DateTimeOffset.UtcNow;
            _number++;
            _sessions.Add(new Session
            {
                App = app,
                User = user,
                NamedDevice = device,
                Key = new SessionKey { Session = _number, Epoch = ((ulong)time.ToUnixTimeMilliseconds() * 1_000) + _number },
                Incarnation = room,
                Room = $"room-{room}",
                SinceUnixMs = time.ToUnixTimeMilliseconds(),
            });
        }
    }

    /// <summary>The user's sessions end without a kick.</summary>
    public void Leave(string user, string app = "default")
    {
        lock (_sync)
        {
            _sessions.RemoveAll(session => session.App == app && session.User == user);
        }
    }

    public override Task<LookupReply> Lookup(LookupRequest request, ServerCallContext context)
    {
        lock (_sync)
        {
            return Task.FromResult(new LookupReply
            {
                Complete = Complete(),
                Users =
                {
                    request.Users.Select(user => new UserSessions
                    {
                        User = user,
                        Sessions = { Of(request.App, user) },
                        Last = Of(request.App, user).Any() ? null : _last.GetValueOrDefault((request.App, user)),
                    }),
                },
            });
        }
    }

    public override Task<ListSessionsReply> List(ListSessionsRequest request, ServerCallContext context)
    {
        lock (_sync)
        {
            var from = request.Cursor.Length == 0 ? 0 : ulong.Parse(request.Cursor);
            var matching = _sessions
                .Where(session => session.Key.Session > from
                    && (request.App.Length == 0 || session.App == request.App)
                    && (request.Incarnation == 0 || session.Incarnation == request.Incarnation))
                .ToArray();
            var page = matching.Take((int)request.Limit).ToArray();
            return Task.FromResult(new ListSessionsReply
            {
                Complete = Complete(),
                Sessions = { page },
                NextCursor = page.Length < matching.Length ? $"{page[^1].Key.Session}" : "",
            });
        }
    }

    public override Task<KickSessionsReply> Kick(KickSessionsRequest request, ServerCallContext context)
    {
        BeforeKick(request);
        KickSessionsReply reply;
        lock (_sync)
        {
            _kicks.Add(request);
            reply = new KickSessionsReply { Users = { request.Targets.Select(target => Kick(request.App, target)) } };
        }

        AfterKick(request);
        return Task.FromResult(reply);
    }

    private KickedUser Kick(string app, KickTarget target)
    {
        if (Silent.Contains(target.User))
        {
            return new KickedUser { Unavailable = true };
        }

        var ended = Of(app, target.User)
            .Where(session => (!target.HasDevice || session.NamedDevice == target.Device) && (target.Epoch == 0 || session.Key.Epoch == target.Epoch))
            .ToArray();
        foreach (var session in ended)
        {
            _sessions.Remove(session);
            _last[(app, target.User)] = new LastSession { Epoch = session.Key.Epoch, Code = 4001 };
        }

        return new KickedUser { Ended = { ended } };
    }

    private IEnumerable<Session> Of(string app, string user) => _sessions.Where(session => session.App == app && session.User == user);
}
