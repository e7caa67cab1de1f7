using Grpc.Core;
using Microservices.Center.Refusals;
using Microservices.Center.Sharing;
using Microservices.Contracts.Register;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;

namespace Microservices.Center.Sessions;

/// <summary>Finds the live sessions of users. Look-ups that come at the same time share calls.</summary>
internal sealed class SessionLookup
{
    /// <summary>
    /// Users in one call to register. A user has at most 16 sessions of at most about 750 bytes, so an answer stays under the 4 MiB that
    /// a gRPC message may have.
    /// </summary>
    public const int UsersPerCall = 250;

    private const int ConcurrentCalls = 2;

    /// <summary>About as many as register finds within its deadline.</summary>
    private const int MaxWaitingUsers = 100_000;

    private readonly SessionsClient _register;
    private readonly SharedCalls<LookupWork> _calls;

    public SessionLookup(SessionsClient register)
    {
        _register = register;
        _calls = new SharedCalls<LookupWork>(CallAsync, new SharingLimits(ConcurrentCalls, UsersPerCall, long.MaxValue, MaxWaitingUsers, long.MaxValue));
    }

    /// <summary>The sessions of <paramref name="users"/>, in their order. The calls that a long list takes run at the same time.</summary>
    /// <exception cref="RpcException">Register doesn't answer.</exception>
    /// <exception cref="RefusedException">Too many wait for register already.</exception>
    public async Task<IReadOnlyList<UserSessions>> FindAsync(string app, IReadOnlyCollection<string> users, CancellationToken cancellationToken) =>
        (await ReadAsync(app, users, cancellationToken)).Users;

    /// <summary>The same, and whether register can be sure that none is missing.</summary>
    /// <exception cref="RpcException">Register doesn't answer.</exception>
    /// <exception cref="RefusedException">Too many wait for register already.</exception>
    public async Task<(IReadOnlyList<UserSessions> Users, bool IsComplete)> ReadAsync(
        string app, IReadOnlyCollection<string> users, CancellationToken cancellationToken)
    {
        if (users.Count <= UsersPerCall)
        {
            var work = new LookupWork(app, users, cancellationToken);
            return _calls.TryAdd(work) ? await work.Sessions : throw TooMany();
        }

        LookupWork[] parts = [.. users.Chunk(UsersPerCall).Select(some => new LookupWork(app, some, cancellationToken))];
        var found = _calls.TryAdd(parts) ? await Task.WhenAll(parts.Select(static part => part.Sessions)) : throw TooMany();
        return ([.. found.SelectMany(static part => part.Users)], found.All(static part => part.IsComplete));
    }

    private static RefusedException TooMany() => new(
        RefusalCode.RateLimited,
        $"Too many look-ups wait for register already. Try again in {RefusedException.PartIsAwayRetry.TotalMilliseconds:0} ms.",
        RefusedException.PartIsAwayRetry);

    // A call is of one app.
    private Task CallAsync(IReadOnlyList<LookupWork> batch) => batch.All(work => work.App == batch[0].App)
        ? CallAsync(batch[0].App, batch)
        : Task.WhenAll(batch.GroupBy(static work => work.App).Select(app => CallAsync(app.Key, [.. app])));

    private async Task CallAsync(string app, IReadOnlyList<LookupWork> works)
    {
        try
        {
            var request = new LookupRequest { App = app };
            foreach (var work in works)
            {
                request.Users.Add(work.Users);
            }

            Settle(works, await _register.LookupAsync(request), request.Users.Count);
        }
        catch (RpcException fault) when (works.Count > 1 && !RegisterFault.IsPassing(fault))
        {
            // Judged: whose look-up is at fault is found by making each alone.
            await Task.WhenAll(works.Select(work => CallAsync(app, [work])));
        }
        catch (Exception fault)
        {
            foreach (var work in works)
            {
                work.Fail(fault);
            }
        }
    }

    private static void Settle(IReadOnlyList<LookupWork> works, LookupReply reply, int asked)
    {
        if (reply.Users.Count != asked)
        {
            throw new InvalidOperationException($"Register answered for {reply.Users.Count} of {asked} users.");
        }

        if (works.Count == 1)
        {
            works[0].Settle(reply.Users, reply.Complete);
            return;
        }

        var first = 0;
        foreach (var work in works)
        {
            var found = new UserSessions[work.Users.Count];
            for (var i = 0; i < found.Length; i++)
            {
                found[i] = reply.Users[first + i];
            }

            first += found.Length;
            work.Settle(found, reply.Complete);
        }
    }
}
