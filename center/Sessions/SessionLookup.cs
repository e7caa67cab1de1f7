using Microservices.Contracts.Register;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;

namespace Microservices.Center.Sessions;

/// <summary>Finds the live sessions of users.</summary>
internal sealed class SessionLookup(SessionsClient register)
{
    /// <summary>
    /// Users in one call to register. A user has at most 16 sessions of at most about 750 bytes, so an answer stays under the 4 MiB that
    /// a gRPC message may have.
    /// </summary>
    public const int UsersPerCall = 250;

    /// <summary>The sessions of <paramref name="users"/>, in their order. The calls that a long list takes run at the same time.</summary>
    /// <exception cref="Grpc.Core.RpcException">Register doesn't answer.</exception>
    public async Task<IReadOnlyList<UserSessions>> FindAsync(string app, IReadOnlyCollection<string> users, CancellationToken cancellationToken) =>
        (await ReadAsync(app, users, cancellationToken)).Users;

    /// <summary>The same, and whether register can be sure that none is missing.</summary>
    /// <exception cref="Grpc.Core.RpcException">Register doesn't answer.</exception>
    public async Task<(IReadOnlyList<UserSessions> Users, bool IsComplete)> ReadAsync(
        string app, IReadOnlyCollection<string> users, CancellationToken cancellationToken)
    {
        var calls = users.Chunk(UsersPerCall).Select(some => LookupAsync(app, some, cancellationToken)).ToArray();
        var replies = await Task.WhenAll(calls);
        return (
            replies.Length == 1 ? replies[0].Users : [.. replies.SelectMany(static reply => reply.Users)],
            replies.All(static reply => reply.Complete));
    }

    private async Task<LookupReply> LookupAsync(string app, string[] users, CancellationToken cancellationToken)
    {
        var reply = await register.LookupAsync(new LookupRequest { App = app, Users = { users } }, cancellationToken: cancellationToken);
        return reply.Users.Count == users.Length
            ? reply
            : throw new InvalidOperationException($"Register answered for {reply.Users.Count} of {users.Length} users.");
    }
}
