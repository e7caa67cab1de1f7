using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Broadcasts;

/// <summary>Sends a batch to the sessions of one slice after the other, each in a turn of its own on the thread pool. Allocates nothing.</summary>
internal sealed class FanOutWorker(FanOutPass pass, RoomState room, LeaseStanding standing, GatewayMetrics metrics, FanOutMetrics counts, ILogger logger) : IThreadPoolWorkItem
{
    /// <summary>After so many sessions the lease is looked at again.</summary>
    private const int LookEvery = 64;

    private readonly BroadcastView[] _views = new BroadcastView[EncodedFrames.MaxForms];
    private int _viewCount;
    private int _latest;
    private int _evicted;
    private bool _hasFailed;
    private int _begin;
    private int _end;

    /// <summary>Begins with its first slice, when a thread is free.</summary>
    public void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Does all slices here and now.</summary>
    public void Run() => Work(givesWay: false);

    void IThreadPoolWorkItem.Execute() => Work(givesWay: true);

    private void Work(bool givesWay)
    {
        bool isInDoubt;
        while (TryDoSlice(out isInDoubt))
        {
            // Others get the thread in between; where nobody waits for it, another thread would wake up for nothing.
            if (givesWay && ThreadPool.PendingWorkItemCount > 0)
            {
                Queue();
                return;
            }
        }

        if (isInDoubt)
        {
            _ = GoOnLaterAsync();
        }
    }

    private async Task GoOnLaterAsync()
    {
        await standing.UntilKnownAsync(CancellationToken.None);
        Queue();
    }

    /// <returns>False: there is no further one, or the lease is in doubt and the slice stays to be done.</returns>
    private bool TryDoSlice(out bool isInDoubt)
    {
        isInDoubt = false;
        if (_begin == _end && !pass.TryTakeSlice(out _begin, out _end))
        {
            _begin = _end = 0;
            Array.Clear(_views, 0, _viewCount);
            _viewCount = 0;
            _hasFailed = false;
            pass.WorkerEnded();
            return false;
        }

        var sender = new BroadcastSender(room, metrics, counts);
        var sessions = pass.Sessions.Span;
        for (var looked = 0; _begin < _end; _begin++, looked++)
        {
            if (looked % LookEvery == 0 && !standing.IsKnown)
            {
                isInDoubt = true;
                break;
            }

            if (Volatile.Read(in sessions[_begin]) is { } session)
            {
                Send(session, ref sender);
            }
        }

        sender.Count();
        return !isInDoubt;
    }

    private void Send(Session session, ref BroadcastSender sender)
    {
        try
        {
            sender.Send(session, pass.Batch, _views[Find(RecipientForm.Of(session))]);
        }
        catch (Exception fault)
        {
            // The others get theirs. To try again would fail again.
            session.Connection.SkipBroadcasts(session, pass.Batch.End);
            if (!_hasFailed)
            {
                Log.BroadcastsFailed(logger, fault, pass.Batch.Count);
                _hasFailed = true;
            }
        }
    }

    private int Find(RecipientForm form)
    {
        // Most sessions need what the one before them got.
        if (_latest < _viewCount && _views[_latest].Form == form)
        {
            return _latest;
        }

        for (var i = 0; i < _viewCount; i++)
        {
            if (_views[i].Form == form)
            {
                return _latest = i;
            }
        }

        var place = _viewCount < _views.Length ? _viewCount++ : _evicted++ % _views.Length;
        _views[place] = pass.Batch.View(form);
        return _latest = place;
    }
}
