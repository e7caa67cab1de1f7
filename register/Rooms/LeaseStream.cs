using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Hosting.Rpc;
using Microservices.Register.Channels;
using Microservices.Register.Resume;
using Microservices.Register.Store;

namespace Microservices.Register.Rooms;

/// <summary>
/// One lease stream: open, then renewals, each answered. It ends with the lease, with the store's silence (the room opens another one),
/// or when no renewal came for a lease time. Its end as such doesn't end the lease.
/// </summary>
internal sealed class LeaseStream(
    IRoomStore store, LiveRooms live, ResumeKeyRing keys, AllHeads heads, RoomsOptions options, TimeProvider time, ILogger logger)
{
    private readonly Dictionary<string, LogPosition> _toldHeads = new(StringComparer.Ordinal);
    private string _room = "";
    private ulong _incarnation;
    private bool _draining;
    private ulong _refilled;
    private ResumeKeys? _told;

    public async Task RunAsync(
        IAsyncStreamReader<LeaseRequest> requests, IServerStreamWriter<LeaseReply> replies, CancellationToken cancellationToken)
    {
        if (!await NextAsync(requests, cancellationToken) || requests.Current.Open is not { } open)
        {
            throw new InvalidRequestException("kind", "the first request of a lease stream is open");
        }

        var isAlive = await OpenAsync(open, replies, cancellationToken);
        while (isAlive && await NextAsync(requests, cancellationToken))
        {
            isAlive = requests.Current.KindCase switch
            {
                LeaseRequest.KindOneofCase.Renew => await RenewAsync(requests.Current.Renew, replies, cancellationToken),
                LeaseRequest.KindOneofCase.Release => await ReleaseAsync(cancellationToken),
                _ => throw new InvalidRequestException("kind", "after open a lease stream takes renew and release"),
            };
        }
    }

    private async Task<bool> NextAsync(IAsyncStreamReader<LeaseRequest> requests, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(options.LeaseTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await requests.MoveNext(either.Token);
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Log.StreamSilent(logger, _room, _incarnation);
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, $"No request for {options.LeaseTime.TotalMilliseconds:0} ms; open the lease again."));
        }
    }

    private async Task<bool> OpenAsync(OpenLease open, IServerStreamWriter<LeaseReply> replies, CancellationToken cancellationToken)
    {
        RoomRules.Check(open.Room);
        _room = open.Room.Name;
        _incarnation = open.Incarnation;
        var grant = _incarnation == 0
            ? await store.OpenAsync(open.Room, options.LeaseTime, cancellationToken)
            : await store.ReopenAsync(_incarnation, open.Room, options.LeaseTime, live.Judgement, cancellationToken);
        if (grant is null)
        {
            return await DeadAsync(replies, cancellationToken);
        }

        if (_incarnation == 0)
        {
            _incarnation = grant.Incarnation;
            Log.LeaseOpened(logger, _room, _incarnation);
        }
        else
        {
            Log.LeaseReopened(logger, _room, _incarnation);
        }

        live.Touch();
        var granted = new LeaseGranted
        {
            Incarnation = _incarnation,
            LeaseMs = (uint)options.LeaseTime.TotalMilliseconds,
            RenewEveryMs = (uint)options.RenewalPace.TotalMilliseconds,
            Refill = grant.Refill,
            ResumeKeys = NewKeys(),
        };
        await replies.WriteAsync(new LeaseReply { Granted = granted }, cancellationToken);
        return true;
    }

    private async Task<bool> RenewAsync(RenewLease renewal, IServerStreamWriter<LeaseReply> replies, CancellationToken cancellationToken)
    {
        RoomRules.Check(renewal);
        var load = new RoomLoad(renewal.Connections, renewal.Sessions, renewal.Draining, renewal.Refilled);
        if (await store.RenewAsync(_incarnation, load, renewal.Closed, options.LeaseTime, live.Judgement, cancellationToken) is not { } renewed)
        {
            return await DeadAsync(replies, cancellationToken);
        }

        if ((renewal.Draining, renewal.Refilled) != (_draining, _refilled))
        {
            (_draining, _refilled) = (renewal.Draining, renewal.Refilled);
            live.Touch();
        }

        var answer = new LeaseRenewed
        {
            Displaced = { renewed.Displaced },
            Refill = renewed.Refill,
            ResumeKeys = NewKeys(),
            Heads = { await NewHeadsAsync(cancellationToken) },
        };
        await replies.WriteAsync(new LeaseReply { Renewed = answer }, cancellationToken);
        return true;
    }

    /// <summary>Null: this stream has said them.</summary>
    private ResumeKeys? NewKeys()
    {
        var latest = keys.Latest;
        var isNew = !ReferenceEquals(latest, _told);
        _told = latest;
        return isNew ? latest : null;
    }

    /// <summary>Those that this stream hasn't said. None while the store doesn't tell: the next renewal asks again.</summary>
    private async Task<IReadOnlyList<ChannelHead>> NewHeadsAsync(CancellationToken cancellationToken)
    {
        List<ChannelHead> changed = [];
        foreach (var (app, head) in await heads.ReadAsync(cancellationToken) ?? new Dictionary<string, LogPosition>())
        {
            if (!_toldHeads.TryGetValue(app, out var told) || told != head)
            {
                _toldHeads[app] = head;
                changed.Add(new ChannelHead { App = app, Epoch = head.Epoch, Seq = head.Seq });
            }
        }

        return changed;
    }

    private async Task<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        await store.ReleaseAsync(_incarnation, cancellationToken);
        live.Touch();
        Log.LeaseReleased(logger, _room, _incarnation);
        return false;
    }

    private async Task<bool> DeadAsync(IServerStreamWriter<LeaseReply> replies, CancellationToken cancellationToken)
    {
        live.Touch();
        Log.LeaseDead(logger, _room, _incarnation);
        await replies.WriteAsync(new LeaseReply { Dead = new LeaseDead() }, cancellationToken);
        return false;
    }
}
