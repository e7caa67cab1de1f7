using System.Collections.Concurrent;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery.Broadcasts;

/// <summary>
/// Sends broadcasts that are not kept to all sessions of an app.
/// <list type="number">
/// <item>A broadcast is added to the batch of its app. Few sessions are sent it at once, by the thread that brings it.</item>
/// <item>With many sessions, going through all takes longer than the next broadcasts take to come: they gather for a moment, and leave together.</item>
/// <item>All cores share the sessions. Each session is sent what it lacks of the batch, encoded once for its form, in one send.</item>
/// <item>What comes for one session meanwhile is sent behind the broadcasts that came before it: <see cref="CatchUp"/>.</item>
/// </list>
/// </summary>
internal sealed class FanOut(RoomState room, LeaseStanding standing, GatewayMetrics metrics, FanOutMetrics counts, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<FanOut> logger) : IDisposable
{
    /// <summary>Gathering takes a small part of what going through the sessions does, about 10 µs each.</summary>
    private static readonly TimeSpan GatherPerSession = TimeSpan.FromMicroseconds(1);

    private readonly ConcurrentDictionary<AppEntry, FanOutPass> _passes = new();
    private readonly Func<BroadcastBatch> _create = () => new BroadcastBatch(options.Value.MaxFrameBytes);

    /// <summary>Takes a broadcast; returns at once.</summary>
    /// <returns>Null; or too much waits, and it is to be tried again when the task has completed.</returns>
    public Task? Add(AppEntry app, string id, Contracts.Bus.Delivery delivery)
    {
        if (app.Broadcasts.Add(id, delivery, _create, out var isDue) is { } room)
        {
            counts.Held();
            return room;
        }

        counts.Added();
        if (!isDue)
        {
            return null;
        }

        var sessions = app.Sessions.Count;
        if (sessions <= options.Value.GatherAboveSessions)
        {
            PassOf(app).Run();
        }
        else
        {
            var window = GatherPerSession * sessions;
            PassOf(app).BeginIn(window < options.Value.GatherWindow ? window : options.Value.GatherWindow);
        }

        return null;
    }

    /// <summary>Sends a session the broadcasts that it lacks, so that what is sent next comes behind them.</summary>
    public void CatchUp(Session session)
    {
        var broadcasts = session.App.Broadcasts;
        if (!broadcasts.IsPending)
        {
            return;
        }

        var (leaving, open) = broadcasts.BeginRead();
        var sender = new BroadcastSender(room, metrics, counts);
        try
        {
            if (leaving is not null)
            {
                sender.Send(session, leaving, leaving.View(RecipientForm.Of(session)));
            }

            if (open is not null)
            {
                sender.Send(session, open, open.View(RecipientForm.Of(session)));
            }
        }
        catch (Exception fault)
        {
            // What is next for the session is worth more than these.
            Log.BroadcastsFailed(logger, fault, (leaving?.Count ?? 0) + (open?.Count ?? 0));
        }
        finally
        {
            broadcasts.EndRead();
        }

        sender.Count();
    }

    /// <summary>As <see cref="CatchUp"/>, for a session that ends; while the lease is in doubt it is sent nothing more.</summary>
    public void Finish(Session session)
    {
        if (standing.IsKnown)
        {
            CatchUp(session);
        }
    }

    /// <summary>
    /// Another session goes on where <paramref name="former"/> stops, whose link broke or is about to be found broken. What came before its link broke
    /// and until now waits with it.
    /// </summary>
    /// <param name="former">Null: there is none. Its outbox is locked meanwhile.</param>
    /// <param name="app">The other session's.</param>
    /// <returns>The number of the first broadcast that the other one is to be sent: <see cref="GoOn"/>; null: those that come from its beginning on.</returns>
    public long? Leave(Session? former, AppEntry app)
    {
        if (former is null)
        {
            return null;
        }

        if (former.Parked is not null)
        {
            CatchUp(former);
        }

        var position = former.Connection.SkipBroadcasts(former, long.MaxValue);
        return former.App == app && position != long.MaxValue ? position : null;
    }

    /// <summary>The session, which has just begun, is sent what came since another one stopped: <see cref="Leave"/>.</summary>
    public void GoOn(Session session, long position)
    {
        session.Connection.BroadcastsFrom(session, position);
        CatchUp(session);
    }

    public void Dispose()
    {
        foreach (var pass in _passes.Values)
        {
            pass.Dispose();
        }
    }

    private FanOutPass PassOf(AppEntry app) => _passes.TryGetValue(app, out var pass)
        ? pass
        : _passes.GetOrAdd(app, new FanOutPass(app, room, standing, metrics, counts, time, logger));
}
