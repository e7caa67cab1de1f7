using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Parking;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microsoft.Extensions.Options;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;
using Session = Microservices.Gateway.Sessions.Session;

namespace Microservices.Gateway.Rooms;

/// <summary>
/// Claims sessions again with the epochs that they hold, paced: after a lost lease, and when the store may have lost its data (a refill).
/// Whoever was overtaken meanwhile is closed. One claim serves both, and what is asked for while it runs makes it start over.
/// </summary>
internal sealed class Reclaimer(
    Contracts.Register.Sessions.SessionsClient register,
    RoomState room,
    SessionTable sessions,
    ClaimsUnderWay logins,
    SessionEnds ends,
    ParkingLot parking,
    LostSessions lost,
    SessionReports reports,
    SessionOpener opener,
    GatewayMetrics metrics,
    IOptions<SessionsOptions> options,
    TimeProvider time,
    ILogger<Reclaimer> logger) : IDisposable
{
    /// <summary>How often it is looked whether logins that began before are answered.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly SemaphoreSlim _refilled = new(0, 1);
    private ulong _following;

    /// <summary>Sessions may not be claimed for what they should be. Never waits.</summary>
    public void Wake() => Signal(_wanted);

    /// <summary>The queue of <paramref name="incarnation"/> is consumed: sessions may be claimed for it.</summary>
    public void Follow(ulong incarnation)
    {
        Volatile.Write(ref _following, incarnation);
        Wake();
    }

    /// <summary>Completes when <see cref="RoomState.Refilled"/> has changed.</summary>
    public Task WhenRefilledAsync(CancellationToken cancellationToken) => _refilled.WaitAsync(cancellationToken);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _wanted.WaitAsync(cancellationToken);
                await ClaimAllAsync(cancellationToken);
                pause.Reset();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The sessions are ended by then.
            }
            catch (Exception fault)
            {
                Log.ReclaimFailed(logger, fault);
                await pause.WaitAsync(cancellationToken);
                Wake();
            }
        }
    }

    public void Dispose()
    {
        _wanted.Dispose();
        _refilled.Dispose();
    }

    /// <summary>Returns when every session is claimed for the present stamp, or when there is no lease to claim them for.</summary>
    private async Task ClaimAllAsync(CancellationToken cancellationToken)
    {
        var looking = new RetryPause(time);
        while (!cancellationToken.IsCancellationRequested && room.Stamp is { Incarnation: > 0 } stamp && stamp.Incarnation == Volatile.Read(ref _following))
        {
            EndParked(stamp);
            if (StaleFor(stamp) is { Count: > 0 } stale)
            {
                Log.Reclaiming(logger, stale.Count);
                await ClaimAsync(stale, stamp, cancellationToken);
            }
            else if (logins.AnyBefore(stamp))
            {
                // What they claimed may be lost, and they are no sessions yet.
                await Task.Delay(LookEvery, time, cancellationToken);
            }
            else if (room.Refilled != stamp.Refill && await AnyLostAsync(cancellationToken))
            {
                // Being ended; looked for again until none is left, so that a refill that is told is right.
                await looking.WaitAsync(cancellationToken);
            }
            else if (stamp == room.Stamp)
            {
                Finished(stamp.Refill);
                return;
            }
        }
    }

    /// <summary>A store that went back to an older state has sessions of this room again that had ended.</summary>
    private async Task<bool> AnyLostAsync(CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        while (true)
        {
            try
            {
                return await lost.GoThroughAsync(cancellationToken) > 0;
            }
            catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
            {
                Log.ReclaimWaits(logger, 0, fault.StatusCode);
            }

            await pause.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Finished(ulong refill)
    {
        if (room.Refilled != refill)
        {
            room.Refilled = refill;
            Log.Refilled(logger, refill);
            Signal(_refilled);
        }
    }

    /// <summary>Whoever waits for its client is not claimed again: it takes seconds at most until it would end anyway.</summary>
    private void EndParked(ClaimStamp stamp)
    {
        foreach (var session in sessions.All)
        {
            if (session.Parked is not null && session.ClaimedFor != stamp)
            {
                parking.End(session, Code.ConnectionLost);
            }
        }
    }

    private List<Session> StaleFor(ClaimStamp stamp) => [.. sessions.All.Where(session => session.ClaimedFor != stamp)];

    private async Task ClaimAsync(List<Session> stale, ClaimStamp stamp, CancellationToken cancellationToken)
    {
        foreach (var batch in stale.Chunk(options.Value.MaxBatch))
        {
            await ClaimAsync(batch, stamp, cancellationToken);
            if (stamp != room.Stamp)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds((double)batch.Length / options.Value.ReclaimsPerSecond), time, cancellationToken);
        }
    }

    private async Task ClaimAsync(Session[] batch, ClaimStamp stamp, CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        for (var isRepeated = false; stamp == room.Stamp; isRepeated = true)
        {
            // One that ended while it waited has told its end, which a claim would undo.
            Session[] open = [.. batch.Where(static session => !session.IsClosing)];
            if (isRepeated && open.Length < batch.Length)
            {
                // The claim that was not answered may have done so.
                lost.LookSoon();
            }

            batch = open;
            if (batch.Length == 0)
            {
                return;
            }

            try
            {
                var request = new ClaimRequest { Incarnation = stamp.Incarnation, Claims = { batch.Select(ToClaim) } };
                var reply = await register.ClaimAsync(request, deadline: time.GetUtcNow().UtcDateTime + options.Value.CallTimeout, cancellationToken: cancellationToken);
                batch = [.. batch.Where((session, i) => i >= reply.Results.Count || !TrySettle(session, request.Claims[i], reply.Results[i], stamp))];
                if (batch.Length == 0)
                {
                    return;
                }

                Log.ReclaimWaits(logger, batch.Length, StatusCode.Unavailable);
            }
            catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
            {
                Log.ReclaimWaits(logger, batch.Length, fault.StatusCode);
            }

            await pause.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>False: the store did not answer for this claim; it is to be made again.</summary>
    private bool TrySettle(Session session, Claim claim, ClaimResult result, ClaimStamp stamp)
    {
        switch (result.Outcome)
        {
            case Outcome.Claimed:
                session.ClaimedFor = stamp;
                if (session.IsClosing && session.Parked is not { IsOpen: true })
                {
                    // Its end was told before it was claimed again.
                    ends.Add(session.App.Name, session.User, session.Device, session.Epoch, session.Reason, session.Connection.SilentMs);
                }

                if (session.State != claim.State)
                {
                    // It changed while the claim was under way, and its report may have been the faster one.
                    reports.Repeat(session);
                }

                opener.Add(session);
                metrics.Reclaimed(ReclaimOutcome.Claimed);
                return true;
            case Outcome.Overtaken:
                metrics.Reclaimed(ReclaimOutcome.Overtaken);
                session.Close(Code.Displaced, "The same user logged in elsewhere.");
                return true;
            case Outcome.Unavailable:
                return false;
            default:
                metrics.Reclaimed(ReclaimOutcome.Refused);
                session.Close(Code.SessionLost, "The session could not be claimed again.");
                return true;
        }
    }

    private static void Signal(SemaphoreSlim signal)
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is set already.
        }
    }

    private static Claim ToClaim(Session session) => new()
    {
        App = session.App.Name,
        User = session.User,
        Device = session.Device,
        Session = session.Number,
        RemoteAddress = session.Connection.RemoteAddress,
        ClientVersion = session.Connection.ReplyVersion,
        ChatClient = session.IsChatClient,
        HeldEpoch = session.Epoch,
        Sdk = session.Sdk,
        State = session.State,
    };
}
