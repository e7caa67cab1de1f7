using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Admission;
using Microservices.Gateway.Sessions;
using Microservices.Hosting.Health;
using Microservices.Protocol;
using LeaseCall = Grpc.Core.AsyncDuplexStreamingCall<Microservices.Contracts.Register.LeaseRequest, Microservices.Contracts.Register.LeaseReply>;

namespace Microservices.Gateway.Rooms;

/// <summary>
/// Keeps the room's lease. While register is away the sessions stay as they are, and the lease is gone on with as soon as it is back; when
/// the lease has died meanwhile, the room takes a new one, and with it a new queue, and claims its sessions again.
/// </summary>
internal sealed class RoomLease(
    Contracts.Register.Rooms.RoomsClient register,
    RoomDescriber describer,
    RoomState room,
    RoomQueue queue,
    SessionTable sessions,
    Gate gate,
    Readiness readiness,
    TimeProvider time,
    ILogger<RoomLease> logger)
{
    /// <summary>What readiness waits for.</summary>
    public const string Dependency = "lease";

    /// <summary>How long register may take to grant a lease, or to confirm its release.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Register takes 10,000 at once.</summary>
    private const int MaxClosedAtOnce = 5_000;

    private readonly Lock _sync = new();
    private readonly List<SessionKey> _closed = [];
    private ulong _held;
    private TimeSpan _lease;
    private TimeSpan _renewEvery;
    private long _answeredAt;

    /// <summary>Keeps the lease until <paramref name="release"/>, then gives it back; <paramref name="cancellationToken"/> ends it at once.</summary>
    public async Task RunAsync(CancellationToken release, CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        while (!release.IsCancellationRequested)
        {
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

            await pause.WaitAsync(release);
        }
    }

    /// <summary>One stream: open, renew at the pace that register tells, until it breaks.</summary>
    /// <returns>True: the lease is dead, open another one at once.</returns>
    private async Task<bool> HoldAsync(RetryPause pause, CancellationToken release, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var call = register.Lease(cancellationToken: ended.Token);
        Task<bool>? reading = null;
        try
        {
            await call.RequestStream.WriteAsync(new LeaseRequest { Open = new OpenLease { Room = describer.Describe(), Incarnation = _held } }, cancellationToken);
            if (!await IsGrantedAsync(call, cancellationToken))
            {
                return true;
            }

            pause.Reset();
            reading = ReadAsync(call, ended.Token);
            return await RenewAsync(call, reading, release, cancellationToken);
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

    private async Task<bool> IsGrantedAsync(LeaseCall call, CancellationToken cancellationToken)
    {
        if (!await call.ResponseStream.MoveNext(cancellationToken).WaitAsync(AnswerTimeout, time, cancellationToken))
        {
            throw new TimeoutException("the lease stream ended before a lease was granted");
        }

        switch (call.ResponseStream.Current.KindCase)
        {
            case LeaseReply.KindOneofCase.Granted:
                Granted(call.ResponseStream.Current.Granted);
                return true;
            case LeaseReply.KindOneofCase.Dead:
                Died();
                return false;
            default:
                throw new TimeoutException($"register answered {call.ResponseStream.Current.KindCase} where a lease was to be granted");
        }
    }

    private void Granted(LeaseGranted granted)
    {
        _lease = TimeSpan.FromMilliseconds(granted.LeaseMs);
        _renewEvery = TimeSpan.FromMilliseconds(granted.RenewEveryMs);
        _answeredAt = time.GetTimestamp();
        if (_held != granted.Incarnation)
        {
            _held = granted.Incarnation;
            room.Incarnation = granted.Incarnation;
            Log.LeaseGranted(logger, granted.Incarnation, granted.LeaseMs);
            queue.Follow(granted.Incarnation);
        }

        readiness[Dependency].Up();
    }

    private void Died()
    {
        // From here on nothing is delivered to a session until it is claimed for the next incarnation.
        Log.LeaseDied(logger, _held, sessions.Count);
        room.Incarnation = 0;
        _held = 0;
        lock (_sync)
        {
            _closed.Clear();
        }
    }

    private async Task<bool> RenewAsync(LeaseCall call, Task<bool> reading, CancellationToken release, CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = Task.Delay(_renewEvery, time, release);
            if (await Task.WhenAny(reading, pause) == reading)
            {
                return await reading;
            }

            if (release.IsCancellationRequested)
            {
                await ReleaseAsync(call, reading, cancellationToken);
                return false;
            }

            if (time.GetElapsedTime(_answeredAt) > _lease)
            {
                throw new TimeoutException($"no renewal was answered within the lease of {_lease.TotalSeconds:0.###} s");
            }

            await call.RequestStream.WriteAsync(new LeaseRequest { Renew = Renewal() }, cancellationToken);
        }
    }

    private RenewLease Renewal()
    {
        var renewal = new RenewLease { Connections = (uint)gate.Connections, Sessions = (uint)sessions.Count };
        lock (_sync)
        {
            renewal.Closed.AddRange(_closed.Take(MaxClosedAtOnce));
            _closed.RemoveRange(0, renewal.Closed.Count);
        }

        return renewal;
    }

    private async Task ReleaseAsync(LeaseCall call, Task<bool> reading, CancellationToken cancellationToken)
    {
        await call.RequestStream.WriteAsync(new LeaseRequest { Release = new ReleaseLease() }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        await reading.WaitAsync(AnswerTimeout, time, cancellationToken);
        Log.LeaseReleased(logger, _held);
    }

    /// <returns>True: the lease is dead. False: the stream ended.</returns>
    private async Task<bool> ReadAsync(LeaseCall call, CancellationToken cancellationToken)
    {
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            _answeredAt = time.GetTimestamp();
            switch (call.ResponseStream.Current.KindCase)
            {
                case LeaseReply.KindOneofCase.Dead:
                    Died();
                    return true;
                case LeaseReply.KindOneofCase.Granted:
                    Granted(call.ResponseStream.Current.Granted);
                    break;
                case LeaseReply.KindOneofCase.Renewed:
                    CloseDisplaced(call.ResponseStream.Current.Renewed);
                    break;
            }
        }

        return false;
    }

    private void CloseDisplaced(LeaseRenewed renewed)
    {
        foreach (var key in renewed.Displaced)
        {
            if (sessions.FindLogin(key.Session) is not null)
            {
                // Its epoch is not known yet; register names it again.
                continue;
            }

            if (sessions.Find(key.Session) is { } session && session.Epoch == key.Epoch)
            {
                if (key.Code == (uint)Code.TokenRevoked)
                {
                    session.Connection.Close(Code.TokenRevoked, "The token was revoked.");
                }
                else
                {
                    session.Connection.Close(Code.Displaced, "The same user logged in elsewhere.");
                }
            }

            lock (_sync)
            {
                _closed.Add(key);
            }
        }
    }
}
