using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microsoft.Extensions.Options;
using Session = Microservices.Gateway.Sessions.Session;

namespace Microservices.Gateway.Delivery.Shared;

/// <summary>
/// Reads channels "all" in register for everybody who waits: one call at a time, with one page of each app that needs something. What it finds at the
/// end of a log goes to all sessions of the app, what it finds before it to those that asked.
/// </summary>
internal sealed class SharedReads(
    Contracts.Register.Channels.ChannelsClient register,
    SharedLog log,
    SharedDelivery delivery,
    ChannelDelivery sessions,
    LeaseStanding standing,
    IOptions<SessionsOptions> options,
    TimeProvider time,
    ILogger<SharedReads> logger)
{
    /// <summary>Of one call.</summary>
    private const int MaxApps = 64;

    // Of one app; register's answer has at most 2 MiB.
    private const int PageMessages = 256;
    private const int PageBytes = 1024 * 1024;

    /// <summary>After so many sessions others get the thread.</summary>
    private const int RestEvery = 64;

    /// <summary>What waits longest in the cache is looked for so often.</summary>
    private static readonly TimeSpan TrimEvery = TimeSpan.FromSeconds(30);

    private readonly List<(AppEntry App, SharedChannel Channel, LogPosition After)> _wanted = [];
    private readonly List<(Session Session, LogPage Page)> _served = [];
    private long _trimmedMs;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var rest = Collect();
                if (_wanted.Count == 0)
                {
                    await log.WaitAsync(rest, cancellationToken);
                }
                else if (await ReadAsync(cancellationToken))
                {
                    pause.Reset();
                }
                else
                {
                    await pause.WaitAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The sessions end with the room.
            }
            catch (Exception fault)
            {
                Log.SharedReadFailed(logger, fault);
                await pause.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Something may have been missed of every app: each is read once.</summary>
    public void RecheckAll()
    {
        foreach (var (_, channel) in log.Channels)
        {
            channel.Recheck();
        }

        log.Wake();
    }

    /// <returns>For how long there is nothing to do if nothing is heard.</returns>
    private TimeSpan Collect()
    {
        _wanted.Clear();
        var nowMs = log.NowMs;
        var rest = TrimEvery;
        var isTrimDue = nowMs - _trimmedMs >= (long)TrimEvery.TotalMilliseconds;
        _trimmedMs = isTrimDue ? nowMs : _trimmedMs;
        foreach (var (app, channel) in log.Channels)
        {
            if (isTrimDue)
            {
                channel.Trim(nowMs);
            }

            channel.Forget(static session => session.IsClosing);
            if (_wanted.Count == MaxApps)
            {
                rest = TimeSpan.Zero;
                break;
            }

            if (channel.Wanted(app.Sessions.Count > 0, nowMs, out var dueMs) is { } after)
            {
                _wanted.Add((app, channel, after));
            }
            else if (dueMs is { } due && due - nowMs < rest.TotalMilliseconds)
            {
                rest = TimeSpan.FromMilliseconds(Math.Max(1, due - nowMs));
            }
        }

        return rest;
    }

    /// <returns>False: nothing was got further; to be tried again after a pause.</returns>
    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        var request = new ReadRequest { MaxMessages = PageMessages, MaxBytes = PageBytes };
        request.Channels.AddRange(_wanted.Select(static wanted => new ReadChannel { App = wanted.App.Name, After = wanted.After.ToContract() }));
        ReadReply? reply = null;
        try
        {
            log.CountRead();
            reply = await register.ReadAsync(request, deadline: time.GetUtcNow().UtcDateTime + options.Value.CallTimeout, cancellationToken: cancellationToken);
        }
        catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
        {
            Log.SharedReadsWait(logger, _wanted.Count, fault.StatusCode);
        }

        var gotFurther = false;
        for (var i = 0; i < _wanted.Count; i++)
        {
            var (app, channel, _) = _wanted[i];
            if (reply is null || i >= reply.Pages.Count || reply.Pages[i] is { Unavailable: true })
            {
                channel.Failed();
                continue;
            }

            var page = LogPage.Of(app.Name, reply.Pages[i]);
            gotFurther |= page.Covered > page.After || page.Covered >= page.Head;
            await TakeAsync(app, channel, page, cancellationToken);
        }

        return gotFurther;
    }

    private async Task TakeAsync(AppEntry app, SharedChannel channel, LogPage page, CancellationToken cancellationToken)
    {
        await delivery.TellAsync(app, () => channel.Take(page, log.NowMs, _served), cancellationToken);
        for (var i = 0; i < _served.Count; i++)
        {
            if (!standing.IsKnown)
            {
                await standing.UntilKnownAsync(cancellationToken);
            }

            sessions.Take(_served[i].Session, ChannelKind.All, _served[i].Page);
            if (i % RestEvery == RestEvery - 1)
            {
                await Task.Yield();
            }
        }

        _served.Clear();
    }
}
