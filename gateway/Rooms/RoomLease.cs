using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Admission;
using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Sessions;
using Microservices.Hosting.Health;
using LeaseCall = Grpc.Core.AsyncDuplexStreamingCall<Microservices.Contracts.Register.LeaseRequest, Microservices.Contracts.Register.LeaseReply>;

namespace Microservices.Gateway.Rooms;

/// <summary>
/// Keeps the room's lease. While register is away the sessions stay as they are, and the lease is gone on with as soon as it is back, or
/// another register is; when the lease has died meanwhile, the room takes a new one, and with it a new queue, and claims its sessions again.
/// </summary>
internal sealed class RoomLease(
    Contracts.Register.Rooms.RoomsClient register,
    RoomDescriber describer,
    RoomState room,
    LeaseStanding standing,
    RoomQueue queue,
    Reclaimer reclaimer,
    NamedSessions named,
    TicketKeys ticketKeys,
    SharedLog shared,
    SessionTable sessions,
    Gate gate,
    Readiness readiness,
    TimeProvider time,
    ILogger<RoomLease> logger)
{
    /// <summary>What readiness waits for.</summary>
    public const string Dependency = "lease";

    private ulong _held;
    private TimeSpan _lease;
    private TimeSpan _renewEvery;

    /// <summary>Keeps the lease until <paramref name="release"/>, then gives it back; <paramref name="cancellationToken"/> ends it at once.</summary>
    public async Task RunAsync(CancellationToken release, CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        while (!release.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                if (await HoldAsync(pause, release, cancellationToken))
                {
                    continue;
                }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested || release.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException fault)
            {
                readiness[Dependency].Waiting("register", $"{fault.StatusCode}: {fault.Status.Detail}");
            }
            catch (Exception fault) when (fault is TimeoutException or OperationCanceledException)
            {
                readiness[Dependency].Waiting("register", fault.Message);
            }
            catch (Exception fault)
            {
                Log.LeaseFailed(logger, fault);
                readiness[Dependency].Waiting("register", fault.Message);
            }

            Failed(began);
            await pause.WaitAsync(LeaseTimes.Pause(_lease), release);
        }
    }

    /// <summary>One stream: open, renew at the pace that register tells, until it breaks.</summary>
    /// <returns>True: the lease is dead, open another one at once.</returns>
    private async Task<bool> HoldAsync(RetryPause pause, CancellationToken release, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var call = register.Lease(cancellationToken: ended.Token);
        var sent = new SentRequests(time);
        Task<bool>? reading = null;
        try
        {
            if (!await IsGrantedAsync(call, sent, cancellationToken))
            {
                return true;
            }

            pause.Reset();
            reading = ReadAsync(call, sent, ended.Token);
            return await RenewAsync(call, sent, reading, release, cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
            if (reading is not null)
            {
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> IsGrantedAsync(LeaseCall call, SentRequests sent, CancellationToken cancellationToken)
    {
        var patience = LeaseTimes.Answer(_lease);
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            sent.Add();
            await call.RequestStream.WriteAsync(new LeaseRequest { Open = new OpenLease { Room = describer.Describe(), Incarnation = _held } }, either.Token);
            if (!await call.ResponseStream.MoveNext(either.Token))
            {
                throw new TimeoutException("the lease stream ended before a lease was granted");
            }
        }
        catch (Exception fault) when (late.IsCancellationRequested && fault is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            throw new TimeoutException($"no lease was granted within {patience.TotalSeconds:0.###} s");
        }

        switch (call.ResponseStream.Current.KindCase)
        {
            case LeaseReply.KindOneofCase.Granted:
                Granted(call.ResponseStream.Current.Granted, sent.Answered());
                return true;
            case LeaseReply.KindOneofCase.Dead:
                Died();
                return false;
            default:
                throw new TimeoutException($"register answered {call.ResponseStream.Current.KindCase} where a lease was to be granted");
        }
    }

    private void Granted(LeaseGranted granted, long? sentAt)
    {
        _lease = TimeSpan.FromMilliseconds(granted.LeaseMs);
        _renewEvery = TimeSpan.FromMilliseconds(granted.RenewEveryMs);
        ticketKeys.Set(granted.ResumeKeys);
        var isNew = _held != granted.Incarnation;
        _held = granted.Incarnation;

        // The incarnation stands before the lease is valid: what is not claimed for it is not delivered to.
        Follow(granted.Refill);
        if (sentAt is { } sent)
        {
            standing.Answered(sent, _lease);
        }

        if (isNew)
        {
            Log.LeaseGranted(logger, granted.Incarnation, granted.LeaseMs);
            queue.Follow(granted.Incarnation);
        }

        readiness[Dependency].Up();
    }

    private void Renewed(LeaseRenewed renewed, long? sentAt)
    {
        named.Close(renewed.Displaced);
        ticketKeys.Set(renewed.ResumeKeys);
        shared.SeeHeads(renewed.Heads);
        Follow(renewed.Refill);
        if (sentAt is { } sent)
        {
            standing.Answered(sent, _lease);
        }
    }

    /// <summary>Whoever is not claimed for this lease and this refill is claimed again.</summary>
    private void Follow(ulong refill)
    {
        if (room.Set(_held, refill))
        {
            reclaimer.Wake();
        }
    }

    private void Died()
    {
        // From here on nothing is delivered to a session until it is claimed for the next incarnation.
        Log.LeaseDied(logger, _held, sessions.Count);
        room.Died();
        standing.Died();
        named.Forget();
        _held = 0;
    }

    private void Failed(long beganAt)
    {
        var wasDetached = standing.State == LeaseState.Detached;
        standing.Failed(beganAt);
        if (!wasDetached && standing.State == LeaseState.Detached)
        {
            Log.Detached(logger, sessions.Count);
        }
    }

    private async Task<bool> RenewAsync(LeaseCall call, SentRequests sent, Task<bool> reading, CancellationToken release, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(release);
        var refilled = reclaimer.WhenRefilledAsync(stop.Token);
        var patience = LeaseTimes.Answer(_lease);
        var renewedAt = time.GetTimestamp();

        // The first answer brings the heads, which logins wait for to be told what is kept.
        var renewEvery = shared.AreHeadsKnown ? _renewEvery : TimeSpan.Zero;
        try
        {
            while (true)
            {
                var due = renewEvery - time.GetElapsedTime(renewedAt);
                var pause = Task.Delay(NotNegative(due < patience - sent.Unanswered ? due : patience - sent.Unanswered), time, release);
                if (await Task.WhenAny(reading, refilled, pause) == reading)
                {
                    return await reading;
                }

                if (release.IsCancellationRequested)
                {
                    await ReleaseAsync(call, reading, cancellationToken);
                    return false;
                }

                if (sent.Unanswered >= patience)
                {
                    // Register answers at once or not at all; another one still has most of the lease time.
                    throw new TimeoutException($"no answer to a renewal within {patience.TotalSeconds:0.###} s");
                }

                if (refilled.IsCompleted || time.GetElapsedTime(renewedAt) >= renewEvery)
                {
                    renewEvery = _renewEvery;
                    refilled = refilled.IsCompleted ? reclaimer.WhenRefilledAsync(stop.Token) : refilled;
                    renewedAt = time.GetTimestamp();
                    sent.Add();
                    await call.RequestStream.WriteAsync(new LeaseRequest { Renew = Renewal() }, cancellationToken).WaitAsync(patience, time, cancellationToken);
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private RenewLease Renewal()
    {
        var renewal = new RenewLease { Connections = (uint)gate.Connections, Sessions = (uint)sessions.Count, Refilled = room.Refilled };
        named.Confirm(renewal);
        return renewal;
    }

    private async Task ReleaseAsync(LeaseCall call, Task<bool> reading, CancellationToken cancellationToken)
    {
        await call.RequestStream.WriteAsync(new LeaseRequest { Release = new ReleaseLease() }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        await reading.WaitAsync(LeaseTimes.LongestAnswer, time, cancellationToken);
        Log.LeaseReleased(logger, _held);
    }

    /// <returns>True: the lease is dead. False: the stream ended.</returns>
    private async Task<bool> ReadAsync(LeaseCall call, SentRequests sent, CancellationToken cancellationToken)
    {
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var reply = call.ResponseStream.Current;
            switch (reply.KindCase)
            {
                case LeaseReply.KindOneofCase.Dead:
                    Died();
                    return true;
                case LeaseReply.KindOneofCase.Granted:
                    Granted(reply.Granted, sent.Answered());
                    break;
                case LeaseReply.KindOneofCase.Renewed:
                    Renewed(reply.Renewed, sent.Answered());
                    break;
            }
        }

        return false;
    }

    private static TimeSpan NotNegative(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
