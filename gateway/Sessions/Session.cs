using Microservices.Contracts.Register;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Parking;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Tokens;
using Microservices.Protocol;

namespace Microservices.Gateway.Sessions;

/// <summary>An authenticated device: what register knows by (number, epoch), and the connection that it is on.</summary>
internal sealed class Session
{
    private TaskCompletionSource? _uplinkRoom;
    private ulong _incarnation;
    private ulong _refill;
    private int _uplinksInFlight;
    private ushort _reason;
    private bool _ended;
    private bool _isAway;
    private bool _isReportQueued;
    private bool _isOpeningQueued;
    private bool _isFetching;
    private ParkedSession? _parked;
    private uint _heartbeatMs;
    private int _cursors;
    private TokenTimes? _token;
    private long _tokenDueMs = long.MaxValue / 4;

    public required Connection Connection { get; init; }

    /// <summary>It is of a further app that its connection has bound, not of the app of the verify.</summary>
    public bool IsBound => Connection.Session != this;

    /// <summary>Why it ends; None while it doesn't.</summary>
    public Code Reason => Volatile.Read(ref _reason) is not 0 and var own ? (Code)own
        : Connection.Reason is var reason && reason is Code.Displaced or Code.Kicked or Code.TokenRevoked or Code.TokenExpired && IsBound ? Code.ConnectionLost
        : reason;

    /// <summary>It ends, alone or with its connection.</summary>
    public bool IsClosing => Reason != Code.None;

    public required AppEntry App { get; init; }

    /// <summary>The app as frames name it: no word to clients that have only one.</summary>
    public string NamedApp => IsBound ? App.Name : "";

    public required string User { get; init; }

    /// <summary>As the client named it; may be empty.</summary>
    public required string Device { get; init; }

    /// <summary>Name and version of the client's SDK; may be empty.</summary>
    public required string Sdk { get; init; }

    /// <summary>The room's own number of it, unique within the process.</summary>
    public required ulong Number { get; init; }

    /// <summary>The epoch that it was claimed with.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>A client of the chat protocol: it named neither sdk nor features.</summary>
    public required bool IsChatClient { get; init; }

    /// <summary>It asked for an answer to each heartbeat.</summary>
    public required bool WantsHeartbeatAck { get; init; }

    /// <summary>It acknowledges kept messages; otherwise what was written is acknowledged.</summary>
    public required bool WantsAck { get; init; }

    /// <summary>When its link breaks, it may wait for its client: the client has a ticket, and nobody ended it. The parking lot's, after the login.</summary>
    public required bool MayPark { get; set; }

    /// <summary>The signed token that it goes by; null = it came by another proof, which has no end that this gateway knows.</summary>
    public TokenTimes? Token
    {
        get => Volatile.Read(ref _token);
        set => Volatile.Write(ref _token, value);
    }

    /// <summary>When it is closed because its token has expired, on the wheel's clock; far off without one.</summary>
    public long TokenDueMs
    {
        get => Volatile.Read(ref _tokenDueMs);
        set => Volatile.Write(ref _tokenDueMs, value);
    }

    /// <summary>When its token was last to be renewed, on the wheel's clock. Only its reading loop uses it.</summary>
    internal long RenewalMs { get; set; } = long.MinValue / 4;

    /// <summary>What is kept for its client since the link broke; stays when that is over. Set by the parking lot.</summary>
    public ParkedSession? Parked
    {
        get => Volatile.Read(ref _parked);
        set => Volatile.Write(ref _parked, value);
    }

    /// <summary>What it was sent of the user's inbox.</summary>
    public ChannelFlow Inbox { get; } = new();

    /// <summary>What it was sent of the app's channel "all".</summary>
    public ChannelFlow All { get; } = new();

    /// <summary>The lease under which it is claimed; it changes when the room had to take a new one.</summary>
    public ulong Incarnation => Volatile.Read(ref _incarnation);

    /// <summary>What it is claimed for. Only the login, and after it whoever claims it again, sets it and asks for it.</summary>
    public required ClaimStamp ClaimedFor
    {
        get => new(_incarnation, _refill);
        set
        {
            _refill = value.Refill;
            Volatile.Write(ref _incarnation, value.Incarnation);
        }
    }

    /// <summary>Silent for longer than the app's rules allow, and not given up yet.</summary>
    public bool IsAway
    {
        get => Volatile.Read(ref _isAway);
        set => Volatile.Write(ref _isAway, value);
    }

    /// <summary>What register is told of it.</summary>
    public SessionState State => IsAway ? SessionState.Away : SessionState.Alive;

    /// <summary>What its silence has come to; <see cref="IsAway"/> follows it. The connection's.</summary>
    internal SessionLiveness Liveness;

    /// <summary>The heartbeat interval that the client proposed last, ms; 0 = none.</summary>
    public required uint ProposedHeartbeatMs { get; set; }

    /// <summary>The heartbeat interval that the client was told last, ms.</summary>
    public uint HeartbeatMs
    {
        get => Volatile.Read(ref _heartbeatMs);
        set => Volatile.Write(ref _heartbeatMs, value);
    }

    /// <summary>Its place among the sessions of its app; −1 while it has none.</summary>
    internal int Slot { get; set; } = -1;

    /// <summary>The number of the first broadcast of its app that it has not been sent; none before it is in the table. Guarded by the outbox of its connection.</summary>
    internal long BroadcastPosition = long.MaxValue;

    /// <summary>How much chat it may send. Only its reading loop uses it.</summary>
    internal ChatAllowance Chats;

    /// <summary>How many messages it has sent up. Only its reading loop uses it.</summary>
    public ulong UplinkCounter { get; set; }

    public ChannelFlow FlowOf(ChannelKind channel) => channel == ChannelKind.Inbox ? Inbox : All;

    /// <summary>When the oldest kept message that it has not acknowledged was sent, on the wheel's clock; 0 = there is none.</summary>
    public long OldestUnacknowledgedMs
    {
        get
        {
            var (inbox, all) = (Inbox.OldestMs, All.OldestMs);
            return inbox == 0 || all == 0 ? inbox + all : Math.Min(inbox, all);
        }
    }

    /// <summary>True when its channels are to be queued for opening; false when they are already.</summary>
    public bool TryQueueOpening() => !Interlocked.Exchange(ref _isOpeningQueued, true);

    /// <summary>Its channels are not queued for opening any more.</summary>
    /// <returns>Whether it is claimed for <paramref name="incarnation"/>.</returns>
    public bool TakeOpening(ulong incarnation)
    {
        Interlocked.Exchange(ref _isOpeningQueued, false);
        return Incarnation == incarnation;
    }

    /// <summary>A page was asked for; false when another one is under way.</summary>
    public bool TryBeginFetch() => !Interlocked.Exchange(ref _isFetching, true);

    /// <summary>It is answered.</summary>
    public void EndFetch() => Interlocked.Exchange(ref _isFetching, false);

    /// <summary>What register is to be told of its cursors.</summary>
    public CursorState CursorState => (CursorState)Volatile.Read(ref _cursors);

    /// <summary>Adds to <see cref="CursorState"/>.</summary>
    /// <returns>What it was.</returns>
    public CursorState Mark(CursorState state) => (CursorState)Interlocked.Or(ref _cursors, (int)state);

    public void Unmark(CursorState state) => Interlocked.And(ref _cursors, ~(int)state);

    /// <summary>What is to be told now; it is not marked any more.</summary>
    public CursorState TakeCursors()
    {
        while (true)
        {
            var state = CursorState;
            var taken = CursorState.Inbox | CursorState.Queued | (state.HasFlag(CursorState.AllIsDue) ? CursorState.All | CursorState.AllIsDue : CursorState.None);
            if (Interlocked.CompareExchange(ref _cursors, (int)(state & ~taken), (int)state) == (int)state)
            {
                return state & taken;
            }
        }
    }

    /// <summary>True when its state is to be queued for register; false when it is already.</summary>
    public bool TryQueueReport() => !Interlocked.Exchange(ref _isReportQueued, true);

    /// <summary>Its state is not queued for register any more.</summary>
    public void ReportTaken() => Interlocked.Exchange(ref _isReportQueued, false);

    /// <summary>Ends it: with its connection where it is the first one of it, alone where it is bound. From any thread; never waits.</summary>
    public void Close(Code reason, string message) => Connection.Close(this, reason, message);

    /// <summary>A bound session ends alone. The connection's, which then does what is to be done.</summary>
    /// <returns>True for the one caller whose reason it is.</returns>
    public bool TryClose(Code reason) => Interlocked.CompareExchange(ref _reason, (ushort)reason, (ushort)0) == 0;

    /// <summary>True for the one caller that ends it in register.</summary>
    public bool TryEnd() => !Interlocked.Exchange(ref _ended, true);

    /// <summary>A message of it goes up; only its reading loop calls this.</summary>
    public void UplinkBegan()
    {
        lock (this)
        {
            _uplinksInFlight++;
        }
    }

    /// <summary>What became of a message is known.</summary>
    public void UplinkEnded(int limit)
    {
        TaskCompletionSource? room = null;
        lock (this)
        {
            if (--_uplinksInFlight < limit)
            {
                (room, _uplinkRoom) = (_uplinkRoom, null);
            }
        }

        room?.SetResult();
    }

    /// <summary>Null while fewer than <paramref name="limit"/> messages are under way; otherwise completes when that is so.</summary>
    public Task? UplinkRoom(int limit)
    {
        lock (this)
        {
            return _uplinksInFlight < limit
                ? null
                : (_uplinkRoom ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
