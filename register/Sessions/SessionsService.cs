using Grpc.Core;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Hosting;
using Microservices.Hosting.Rpc;
using Microservices.Register.Apps;
using Microservices.Register.Presence;
using Microservices.Register.Rooms;
using Microservices.Register.Store;

namespace Microservices.Register.Sessions;

/// <summary>The gRPC service of sessions. Stored sessions count only while their room lives, judged here at each reading.</summary>
internal sealed class SessionsService(
    ISessionStore sessions,
    ITokenStore tokens,
    AppDirectory apps,
    LiveRooms live,
    Displacements displacements,
    SessionKicks kicks,
    IPresenceSignal signal,
    RegisterMetrics metrics)
    : Contracts.Register.Sessions.SessionsBase
{
    public override async Task<ClaimReply> Claim(ClaimRequest request, ServerCallContext context)
    {
        RequireAtMost("claims", request.Claims.Count, SessionLimits.MaxClaims);
        if (request.Incarnation == 0)
        {
            throw new InvalidRequestException("incarnation", "is 0; a room claims under the incarnation of its lease");
        }

        var stop = context.CancellationToken;
        if (!(await live.CurrentAsync(request.Incarnation, stop)).IsLive(request.Incarnation))
        {
            throw new RpcException(new Status(
                StatusCode.FailedPrecondition, $"incarnation {request.Incarnation:x16} is dead: open a lease and claim under the new incarnation."));
        }

        var round = new ClaimRound(request, apps, tokens, sessions);
        var results = await round.RunAsync(stop);
        foreach (var (i, result) in results.Index())
        {
            var claim = request.Claims[i];
            metrics.Claimed(result.Outcome.ToString());
            if (claim.HasResumeEpoch)
            {
                metrics.Resumed(result.Resumed);
            }

            if (result.Outcome == ClaimResult.Types.Outcome.Claimed)
            {
                signal.Dirty(Partition.Of(claim.App, claim.User));
            }
        }

        await TellAsync(round, results, stop);
        metrics.Batch("claim", results.Count);

        return new ClaimReply { Results = { results } };
    }

    public override async Task<EndReply> End(EndRequest request, ServerCallContext context)
    {
        RequireAtMost("sessions", request.Sessions.Count, SessionLimits.MaxEnds);
        foreach (var session in request.Sessions)
        {
            Require("sessions.app", Identifiers.FaultOfApp(session.App));
            Require("sessions.user", Identifiers.FaultOfName("user", session.User));
            Require("sessions.code", FaultOfCode(session.Code));
        }

        var ended = await sessions.EndAsync([.. request.Sessions.Select(ToEnd)], context.CancellationToken);
        metrics.Batch("end", ended.Count);
        foreach (var (i, one) in ended.Index())
        {
            metrics.Ended(one);
            if (one)
            {
                signal.Dirty(Partition.Of(request.Sessions[i].App, request.Sessions[i].User));
            }
        }

        return new EndReply { Ended = { ended } };
    }

    public override async Task<ReportReply> Report(ReportRequest request, ServerCallContext context)
    {
        RequireAtMost("sessions", request.Sessions.Count, SessionLimits.MaxReports);
        foreach (var session in request.Sessions)
        {
            Require("sessions.app", Identifiers.FaultOfApp(session.App));
            Require("sessions.user", Identifiers.FaultOfName("user", session.User));
            Require("sessions.state", ClaimRules.FaultOfState(session.State));
        }

        var outcomes = await sessions.ReportAsync(
            [.. request.Sessions.Select(static session => new StateReport(session.App, session.User, session.Epoch, session.State, session.SilentMs))],
            context.CancellationToken);
        metrics.Batch("report", outcomes.Count);
        foreach (var (i, outcome) in outcomes.Index())
        {
            metrics.Reported(outcome.ToString());
            if (outcome == ReportOutcome.Changed)
            {
                signal.Dirty(Partition.Of(request.Sessions[i].App, request.Sessions[i].User));
            }
        }

        return new ReportReply { Taken = { outcomes.Select(static outcome => outcome != ReportOutcome.Unknown) } };
    }

    public override async Task<KickSessionsReply> Kick(KickSessionsRequest request, ServerCallContext context)
    {
        RequireAtMost("targets", request.Targets.Count, SessionLimits.MaxKicks);
        await RequireAppAsync(request.App, context.CancellationToken);
        Require("reason", ClaimRules.FaultOfText("reason", request.Reason, SessionLimits.MaxReasonBytes));
        foreach (var target in request.Targets)
        {
            Require("targets.user", Identifiers.FaultOfName("user", target.User));
            Require("targets.device", target.HasDevice ? Identifiers.FaultOfName("device", target.Device) : null);
            Require("targets.epoch", target.Epoch > SessionLimits.MaxEpoch ? $"epoch {target.Epoch} was never granted" : null);
        }

        return await kicks.KickAsync(request, context.CancellationToken);
    }

    public override async Task<LookupReply> Lookup(LookupRequest request, ServerCallContext context)
    {
        RequireAtMost("users", request.Users.Count, SessionLimits.MaxLookups);
        await RequireAppAsync(request.App, context.CancellationToken);
        foreach (var user in request.Users)
        {
            Require("users", Identifiers.FaultOfName("user", user));
        }

        var before = live.Latest;
        var stored = await sessions.LookupAsync(request.App, request.Users, context.CancellationToken);
        var view = await live.CurrentAsync(stored.SelectMany(static user => user), context.CancellationToken);
        var reply = new LookupReply { Complete = view.Refilled };
        for (var i = 0; i < stored.Count; i++)
        {
            reply.Users.Add(new UserSessions { User = request.Users[i], Sessions = { Live(stored[i], view) } });
        }

        if (reply.Users.Any(static user => user.Sessions.Count == 0))
        {
            var isWhole = live.IsWholeSinceAsync(before, context.CancellationToken);
            await Task.WhenAll(isWhole, LastSessions.AddAsync(sessions, request.App, reply, stored, view, context.CancellationToken));
            reply.Complete &= await isWhole;
        }

        if (reply.CalculateSize() is var bytes && bytes > GrpcComposition.MaxMessageBytes)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted,
                $"users: the answer for {stored.Count} users has {bytes} bytes; the limit is {GrpcComposition.MaxMessageBytes}: ask for fewer at once"));
        }

        metrics.Batch("lookup", stored.Count);
        metrics.LookedUp(stored.Count);
        return reply;
    }

    public override async Task<ListSessionsReply> List(ListSessionsRequest request, ServerCallContext context)
    {
        var stop = context.CancellationToken;
        if (request.App.Length == 0 && request.Incarnation == 0)
        {
            throw new InvalidRequestException("app", "is empty, and so is incarnation; name one of them or both");
        }

        if (request.Limit > SessionLimits.MaxPage)
        {
            throw new InvalidRequestException("limit", $"{request.Limit} is more than {SessionLimits.MaxPage}");
        }

        if (request.App.Length > 0)
        {
            await RequireAppAsync(request.App, stop);
        }

        var position = SessionCursor.Read(request.Cursor);
        var filter = new SessionFilter(request.App.Length == 0 ? null : request.App, request.Incarnation);
        var limit = request.Limit == 0 ? SessionLimits.DefaultPage : (int)request.Limit;
        var before = live.Latest;
        var reply = new ListSessionsReply();
        SessionPosition? next = position;
        for (var reading = 0; next is not null && reply.Sessions.Count < limit && reading < SessionLimits.MaxReadingsPerPage; reading++)
        {
            var page = await sessions.ListAsync(filter, next, limit - reply.Sessions.Count, stop);
            var view = await live.CurrentAsync(page.Sessions, stop);
            reply.Sessions.AddRange(Live(page.Sessions, view));
            next = page.Next;
        }

        reply.Complete = await live.IsWholeSinceAsync(before, stop);
        reply.NextCursor = SessionCursor.Write(next);
        return reply;
    }

    public override async Task<CountSessionsReply> Count(CountSessionsRequest request, ServerCallContext context)
    {
        if (request.App.Length == 0)
        {
            var view = await live.CurrentAsync(context.CancellationToken);
            return new CountSessionsReply { Sessions = (ulong)view.List.Rooms.Sum(static room => room.Sessions) };
        }

        await RequireAppAsync(request.App, context.CancellationToken);
        return new CountSessionsReply { Sessions = (ulong)await sessions.CountAsync(request.App, context.CancellationToken) };
    }

    private static IEnumerable<Session> Live(IEnumerable<Session> stored, RoomView view)
    {
        foreach (var session in stored)
        {
            if (view.IsLive(session.Incarnation))
            {
                session.Room = view.NameOf(session.Incarnation);
                yield return session;
            }
        }
    }

    private static SessionEnd ToEnd(EndSession session) =>
        new(session.App, session.User, session.Epoch, session.Code == 0 ? (uint)CloseCode.ConnectionLost : session.Code, session.SilentMs);

    private static string? FaultOfCode(uint code) => code is 0 or (>= SessionLimits.FirstCloseCode and <= SessionLimits.LastCloseCode)
        ? null
        : $"code {code} doesn't close a connection; these are {SessionLimits.FirstCloseCode} to {SessionLimits.LastCloseCode}";

    private static void RequireAtMost(string field, int count, int limit)
    {
        if (count > limit)
        {
            throw new InvalidRequestException(field, $"{count} are more than {limit}");
        }
    }

    private static void Require(string field, string? fault)
    {
        if (fault is not null)
        {
            throw new InvalidRequestException(field, fault);
        }
    }

    private async Task TellAsync(ClaimRound round, IReadOnlyList<ClaimResult> results, CancellationToken cancellationToken)
    {
        if (round.ToTell.Count == 0)
        {
            return;
        }

        RoomView view;
        try
        {
            view = await live.CurrentAsync(round.ToTell.Max(static session => session.Incarnation), cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // The claims stand. The latest view may miss a room that was granted a moment ago, but nothing is settled by it.
            return;
        }

        foreach (var (claim, displaced) in round.Displaced)
        {
            Session[] counting = [.. Live(displaced, view)];
            results[claim].Displaced = counting.MaxBy(static session => session.Key.Epoch);
            displacements.Notify(counting, CloseCode.Displaced, "logged in elsewhere");
            metrics.Displaced(counting.Length);
        }

        await displacements.RecordAsync(round.ToTell, view, cancellationToken);
    }

    private async Task RequireAppAsync(string app, CancellationToken cancellationToken)
    {
        Require("app", Identifiers.FaultOfApp(app));
        if (await apps.FindAsync(app, cancellationToken) is null)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"app: there is no app {app}"));
        }
    }
}
