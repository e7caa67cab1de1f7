using Microservices.Gateway.Apps;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;

namespace Microservices.Gateway.Delivery.Shared;

/// <summary>
/// Tells all sessions of an app what is new in its channel "all", in order: one page for everybody, one post each for those who are at the head. Whoever
/// is behind, or is overtaken while the lease is in doubt, reads it from <see cref="SharedLog"/>.
/// </summary>
internal sealed class SharedDelivery(SharedLog log, ChannelDelivery sessions, RoomState room, LeaseStanding standing, GatewayMetrics metrics)
{
    /// <summary>After so many sessions the lease is looked at again.</summary>
    private const int LookEvery = 64;

    /// <summary>A page that was read is told to so many at a time: the bus doesn't wait longer.</summary>
    private const int MostAtOnce = 1_024;

    // One page of an app is told before the next one; another order would only cost readings. Nothing waits within it, and it is taken before a flow's lock.
    private readonly Lock _telling = new();
    private (AppEntry App, LogPage Page)? _unfinished;

    /// <summary>A message came on the bus.</summary>
    /// <param name="app">The app.</param>
    /// <param name="position">Where it stands.</param>
    /// <param name="content">What it says.</param>
    /// <param name="done">Where to go on, after the lease was in doubt; 0 = it is new.</param>
    /// <returns>False: the lease is in doubt; <paramref name="done"/> says how far it got.</returns>
    public bool TryDeliver(AppEntry app, LogPosition position, KeptContent content, ref int done)
    {
        lock (_telling)
        {
            LogPage? page;
            if (done == 0)
            {
                var channel = log.Of(app);
                page = channel.Accept(position, content, log.NowMs);
                if (channel.HasGap)
                {
                    log.Wake();
                }
            }
            else
            {
                // Where another one was told meanwhile, the sessions that it didn't reach read both.
                page = _unfinished is { } unfinished && unfinished.App == app ? unfinished.Page : null;
            }

            _unfinished = page is null ? null : (app, page);
            return page is null || TryTell(app, page, ref done);
        }
    }

    /// <summary>Tells everybody what <paramref name="take"/> found, if anything.</summary>
    public async Task TellAsync(AppEntry app, Func<LogPage?> take, CancellationToken cancellationToken)
    {
        LogPage? page;
        var done = 0;
        lock (_telling)
        {
            page = take();
            if (page is null || page.Covered == page.After || TryTell(app, page, ref done, MostAtOnce))
            {
                return;
            }
        }

        while (true)
        {
            // What the bus brings meanwhile has its turn; sessions that are told of it first read what is before it from the cache.
            await Task.Yield();
            await standing.UntilKnownAsync(cancellationToken);
            lock (_telling)
            {
                if (TryTell(app, page, ref done, MostAtOnce))
                {
                    return;
                }
            }
        }
    }

    private bool TryTell(AppEntry app, LogPage page, ref int done, int most = int.MaxValue)
    {
        var all = app.Sessions.From(done);
        for (var handled = 1; all.MoveNext(); handled++)
        {
            if (handled > most || (handled % LookEvery == 0 && !standing.IsKnown))
            {
                return false;
            }

            if (all.Current.Incarnation == room.Incarnation)
            {
                sessions.Offer(all.Current, ChannelKind.All, page);
            }
            else
            {
                // It is opened when it is claimed again.
                metrics.Dropped(DropCause.NotClaimed);
            }

            done = all.Next;
        }

        return true;
    }
}
