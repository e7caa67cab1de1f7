using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Sessions;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Store.Memory;

/// <summary>Sessions of one register on its own.</summary>
internal sealed class MemorySessionStore(IOptions<SessionsOptions> options, TimeProvider time) : ISessionStore
{
    private readonly SessionPartition[] _partitions = [.. Enumerable.Range(0, Partition.Count).Select(number => new SessionPartition(number, options.Value))];

    public EventLog EventsOf(int partition) => _partitions[partition].Events;

    /// <summary>The stored sessions of a user.</summary>
    public IReadOnlyList<Session> StoredOf(string app, string user) => PartitionOf(app, user).Lookup(app, user);

    public Task<ClaimBatch> ClaimAsync(IReadOnlyList<SessionClaim> claims, CancellationToken cancellationToken)
    {
        var outcomes = new ClaimOutcome[claims.Count];
        HashSet<int> touched = [];
        for (var i = 0; i < claims.Count; i++)
        {
            var partition = Partition.Of(claims[i].Session.App, claims[i].Session.User);
            touched.Add(partition);
            outcomes[i] = _partitions[partition].Claim(claims[i], time.Micros());
        }

        return Task.FromResult(new ClaimBatch(outcomes, [.. touched.SelectMany(partition => _partitions[partition].ToTell(SessionPartition.MaxToTellAtOnce))]));
    }

    public Task<IReadOnlyList<bool>> EndAsync(IReadOnlyList<SessionEnd> ends, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<bool>>([.. ends.Select(end => PartitionOf(end.App, end.User).End(end, time.Micros()))]);

    public Task<IReadOnlyList<ReportOutcome>> ReportAsync(IReadOnlyList<StateReport> reports, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ReportOutcome>>([.. reports.Select(report => PartitionOf(report.App, report.User).Report(report, time.Micros()))]);

    public Task<KickBatch> KickAsync(string app, IReadOnlyList<SessionKick> kicks, CancellationToken cancellationToken)
    {
        IReadOnlyList<Session>?[] ended = [.. kicks.Select(kick => PartitionOf(app, kick.User).Kick(app, kick, time.Micros()))];
        var touched = kicks.Select(kick => Partition.Of(app, kick.User)).Distinct();
        return Task.FromResult(new KickBatch(ended, [.. touched.SelectMany(partition => _partitions[partition].ToTell(SessionPartition.MaxToTellAtOnce))]));
    }

    public Task<RevokedUser> RevokeAsync(string app, string user, CancellationToken cancellationToken) =>
        Task.FromResult(PartitionOf(app, user).Revoke(app, user, time.Micros()));

    public Task<IReadOnlyList<IReadOnlyList<Session>>> LookupAsync(string app, IReadOnlyList<string> users, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<IReadOnlyList<Session>>>([.. users.Select(user => PartitionOf(app, user).Lookup(app, user))]);

    public Task<IReadOnlyList<LastSession?>> LastAsync(string app, IReadOnlyList<string> users, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LastSession?>>([.. users.Select(user => PartitionOf(app, user).Last(app, user, time.Micros()))]);

    public Task<SessionPage> ListAsync(SessionFilter filter, SessionPosition position, int limit, CancellationToken cancellationToken)
    {
        List<Session> sessions = [];
        for (var partition = position.Partition; partition < Partition.Count; partition++)
        {
            var after = partition == position.Partition ? position.Member : "";
            var found = _partitions[partition].List(filter, after, limit - sessions.Count);
            sessions.AddRange(found.Select(static entry => entry.Session));
            if (sessions.Count == limit)
            {
                return Task.FromResult(new SessionPage(sessions, new SessionPosition(partition, found[^1].Member)));
            }
        }

        return Task.FromResult(new SessionPage(sessions, null));
    }

    public Task<long> CountAsync(string app, CancellationToken cancellationToken) =>
        Task.FromResult(_partitions.Sum(partition => partition.Count(app)));

    public Task<IReadOnlyList<DisplacedSession>> UntoldAsync(int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DisplacedSession>>([.. _partitions.SelectMany(partition => partition.ToTell(limit))]);

    public Task SettleAsync(IReadOnlyCollection<DisplacedSession> displaced, CancellationToken cancellationToken)
    {
        foreach (var session in displaced)
        {
            _partitions[session.Partition].Settle(session);
        }

        return Task.CompletedTask;
    }

    public Task<int> SweepAsync(ulong incarnation, int partition, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(_partitions[partition].Sweep(incarnation, limit, time.Micros()));

    private SessionPartition PartitionOf(string app, string user) => _partitions[Partition.Of(app, user)];
}
