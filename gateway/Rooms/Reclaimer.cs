using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microsoft.Extensions.Options;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;
using Session = Microservices.Gateway.Sessions.Session;

namespace Microservices.Gateway.Rooms;

/// <summary>After a lost lease: claims every session again with the epoch that it holds, paced. Whoever was overtaken meanwhile is closed.</summary>
internal sealed class Reclaimer(
    Contracts.Register.Sessions.SessionsClient register, SessionTable sessions, SessionEnds ends, IOptions<SessionsOptions> options, TimeProvider time, ILogger<Reclaimer> logger)
{
    /// <summary>Claims all sessions that are not claimed for <paramref name="incarnation"/>; returns when there are none.</summary>
    public async Task RunAsync(ulong incarnation, CancellationToken cancellationToken)
    {
        // Again until nothing is left: a login may have been settled under the former lease a moment ago.
        while (StaleIn(incarnation) is { Count: > 0 } stale)
        {
            Log.Reclaiming(logger, stale.Count);
            foreach (var batch in stale.Chunk(options.Value.MaxBatch))
            {
                await ReclaimAsync(incarnation, batch, cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds((double)batch.Length / options.Value.ReclaimsPerSecond), time, cancellationToken);
            }
        }
    }

    private List<Session> StaleIn(ulong incarnation) => [.. sessions.All.Where(session => session.Incarnation != incarnation)];

    private async Task ReclaimAsync(ulong incarnation, Session[] batch, CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        while (true)
        {
            try
            {
                var request = new ClaimRequest { Incarnation = incarnation, Claims = { batch.Select(ToClaim) } };
                var reply = await register.ClaimAsync(request, deadline: time.GetUtcNow().UtcDateTime + options.Value.CallTimeout, cancellationToken: cancellationToken);
                batch = [.. batch.Where((session, i) => i >= reply.Results.Count || !TrySettle(session, reply.Results[i], incarnation))];
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
    private bool TrySettle(Session session, ClaimResult result, ulong incarnation)
    {
        switch (result.Outcome)
        {
            case Outcome.Claimed:
                session.Incarnation = incarnation;
                if (session.Connection.IsClosing)
                {
                    // Its end was told before it was claimed again.
                    ends.Add(session.App.Name, session.User, session.Device, session.Epoch, session.Connection.Reason, session.Connection.SilentMs);
                }

                return true;
            case Outcome.Overtaken:
                session.Connection.Close(Code.Displaced, "The same user logged in elsewhere.");
                return true;
            case Outcome.Unavailable:
                return false;
            default:
                session.Connection.Close(Code.SessionLost, "The session could not be claimed again.");
                return true;
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
