using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Load.Engine;

/// <summary>What happened on one loop, or, added up, on several. Plain fields: one thread counts.</summary>
internal sealed class LoadCounters
{
    /// <summary>Connections begun for the first time.</summary>
    public long Begun;

    /// <summary>Of those, how many logged in.</summary>
    public long Verified;

    /// <summary>Logged in and not closed.</summary>
    public long Open;

    /// <summary>Messages that arrived, of whatever kind.</summary>
    public long Deliveries;

    /// <summary>Of those: pushes (106).</summary>
    public long Pushes;

    /// <summary>Of those: chat (102, 103, 104).</summary>
    public long Chats;

    /// <summary>Of those: with a position; only counted by who acknowledges.</summary>
    public long Kept;

    /// <summary>Frames that acknowledged some of them.</summary>
    public long Acks;

    public long Directives;
    public long OtherFrames;
    public long BytesIn;
    public long BytesOut;
    public long Heartbeats;

    /// <summary>Heartbeats that were not sent, because the socket had not taken what came before: the server does not read.</summary>
    public long HeartbeatsHeldBack;

    public long HeartbeatAcks;

    /// <summary>Sends that the socket did not take whole; the rest waits.</summary>
    public long SendsDelayed;

    /// <summary>Sends that were dropped, because too much waits already.</summary>
    public long SendsDropped;

    /// <summary>Stamps of the future, or from before the run: another machine's clock made them, or they are kept messages of an earlier run.</summary>
    public long ImplausibleStamps;

    /// <summary>Connections that were dropped so as to come back.</summary>
    public long Dropped;

    /// <summary>Of those: back, with the session that they had.</summary>
    public long Resumed;

    /// <summary>Of those: back, with a new session.</summary>
    public long Renewed;

    /// <summary>Of those: neither back nor given up.</summary>
    public long ComingBack => Dropped - Resumed - Renewed - ReconnectsFailed.Total;

    /// <summary>Attempts to come back that failed and are made again.</summary>
    public long ReconnectRetries;

    /// <summary>The shortest heartbeat interval that the server asked for, ms; <see cref="long.MaxValue"/> when it asked for none.</summary>
    public long ShortestHeartbeatMs = long.MaxValue;

    /// <summary>When the run began, ns: what was published before is not of it.</summary>
    public long Since { get; init; }

    /// <summary>False: latencies are not recorded, as during a warm-up.</summary>
    public bool IsRecording = true;

    /// <summary>False: nothing is looked for in messages.</summary>
    public bool ReadsStamps = true;

    /// <summary>Connections that did not come to log in, by reason.</summary>
    public Tally Failed { get; } = new();

    /// <summary>Connections that ended after their login and before the run did, by reason.</summary>
    public Tally Closed { get; } = new();

    /// <summary>Error frames (108), by reason.</summary>
    public Tally Errors { get; } = new();

    /// <summary>Dropped connections that may not come back, by reason.</summary>
    public Tally ReconnectsFailed { get; } = new();

    /// <summary>From the beginning of connecting to being logged in.</summary>
    public LatencyHistogram Login { get; } = new();

    /// <summary>From publishing to arrival.</summary>
    public LatencyHistogram Delivery { get; } = new();

    /// <summary>From a heartbeat to its answer.</summary>
    public LatencyHistogram HeartbeatRoundTrip { get; } = new();

    /// <summary>From dropping a connection to being logged in again.</summary>
    public LatencyHistogram Reconnect { get; } = new();

    /// <summary>Counts a message that came, and how long it took, if it says when it was published.</summary>
    public void Deliver(ReadOnlySpan<byte> frame, bool isTimed)
    {
        Deliveries++;
        if (!isTimed || !IsRecording || !ReadsStamps || !LoadStamp.TryRead(frame, out var published))
        {
            return;
        }

        var now = LoadStamp.Now;
        if (published >= Since && published <= now)
        {
            Delivery.Record(now - published);
        }
        else
        {
            ImplausibleStamps++;
        }
    }

    /// <summary>Counts a connection that was dropped and is back.</summary>
    public void Back(bool isResumed, long nanoseconds)
    {
        if (isResumed)
        {
            Resumed++;
        }
        else
        {
            Renewed++;
        }

        if (IsRecording)
        {
            Reconnect.Record(nanoseconds);
        }
    }

    /// <summary>A copy that stays as it is.</summary>
    public LoadCounters Copy()
    {
        var copy = new LoadCounters();
        copy.Add(this);
        return copy;
    }

    /// <summary>Takes in what was counted elsewhere.</summary>
    public void Add(LoadCounters other)
    {
        Begun += other.Begun;
        Verified += other.Verified;
        Open += other.Open;
        Deliveries += other.Deliveries;
        Pushes += other.Pushes;
        Chats += other.Chats;
        Kept += other.Kept;
        Acks += other.Acks;
        Directives += other.Directives;
        OtherFrames += other.OtherFrames;
        BytesIn += other.BytesIn;
        BytesOut += other.BytesOut;
        Heartbeats += other.Heartbeats;
        HeartbeatsHeldBack += other.HeartbeatsHeldBack;
        HeartbeatAcks += other.HeartbeatAcks;
        SendsDelayed += other.SendsDelayed;
        SendsDropped += other.SendsDropped;
        ImplausibleStamps += other.ImplausibleStamps;
        Dropped += other.Dropped;
        Resumed += other.Resumed;
        Renewed += other.Renewed;
        ReconnectRetries += other.ReconnectRetries;
        ShortestHeartbeatMs = Math.Min(ShortestHeartbeatMs, other.ShortestHeartbeatMs);
        Failed.Add(other.Failed);
        Closed.Add(other.Closed);
        Errors.Add(other.Errors);
        ReconnectsFailed.Add(other.ReconnectsFailed);
        Login.Merge(other.Login);
        Delivery.Merge(other.Delivery);
        HeartbeatRoundTrip.Merge(other.HeartbeatRoundTrip);
        Reconnect.Merge(other.Reconnect);
    }
}
