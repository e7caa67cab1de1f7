using Grpc.Core;
using Microservices.Contracts.Register;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;

namespace Microservices.Console.Tests.Support;

/// <summary>A register without a network that has many sessions: user-0, user-1, …</summary>
internal sealed class ManySessions(int count) : SessionsClient
{
    /// <summary>Pages are given when this has ended.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public int Pages { get; private set; }

    public override AsyncUnaryCall<ListSessionsReply> ListAsync(ListSessionsRequest request, CallOptions options) => Answer(async () =>
    {
        Pages++;
        await Gate;
        var from = request.Cursor.Length == 0 ? 0 : int.Parse(request.Cursor);
        var to = Math.Min(count, from + (int)request.Limit);
        return new ListSessionsReply
        {
            Sessions = { Enumerable.Range(from, to - from).Select(static i => SessionOf($"user-{i}", i)) },
            NextCursor = to < count ? $"{to}" : "",
            Complete = true,
        };
    });

    public override AsyncUnaryCall<LookupReply> LookupAsync(LookupRequest request, CallOptions options) => Answer(() => Task.FromResult(new LookupReply
    {
        Users = { request.Users.Select(user => new UserSessions { User = user, Sessions = { Named(user) } }) },
        Complete = true,
    }));

    private IEnumerable<Session> Named(string user) => Enumerable.Range(0, count).Where(i => user == $"user-{i}").Select(i => SessionOf(user, i));

    private static Session SessionOf(string user, int number) => new() { App = "default", User = user, Key = new SessionKey { Session = (ulong)number, Epoch = (ulong)number + 1 } };

    private static AsyncUnaryCall<T> Answer<T>(Func<Task<T>> answer) =>
        new(Task.Run(answer), Task.FromResult(new Metadata()), static () => Status.DefaultSuccess, static () => [], static () => { });
}
