using System.Net;
using Microservices.Benchmarks.Peers;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Engine.Transports;
using Tally = Microservices.Cli.Load.Tally;

namespace Microservices.Benchmarks.Clients;

/// <summary>Many clients of one server on one thread, from addresses that few of them share.</summary>
internal sealed class ClientCrowd : IDisposable
{
    private const int AtOnce = 200;
    private const int ClientsPerAddress = 200;
    private const int LeastAddresses = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Longer than any server takes from one message of a broadcast to the next.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMicroseconds(200);

    private readonly LoadLoop _loop = new("clients");
    private readonly LoadConnection[] _connections;
    private readonly LoadPace _beats = new(0, LoadStamp.Now);
    private readonly LoadPace _reconnects = new(0, LoadStamp.Now);
    private int _next;
    private int _lost;
    private int _nextToBeat;
    private int _nextToReconnect;
    private int _beatFrom;
    private int _beatStep = 1;

    public ClientCrowd(IPeer peer, int count)
        : this(LoadTarget.Of(new IPEndPoint(IPAddress.Loopback, peer.Port)) with { Path = peer.Path }, peer.Transport, peer.Protocol, count)
    {
    }

    /// <param name="target">The server.</param>
    /// <param name="transport">What lies below the protocol.</param>
    /// <param name="protocol">What is spoken.</param>
    /// <param name="count">How many clients; nobody connects yet.</param>
    public ClientCrowd(LoadTarget target, LoadTransport transport, ILoadProtocol protocol, int count)
    {
        _connections = [.. Enumerable.Range(0, count).Select(i => new LoadConnection(_loop, protocol, transport, target, SourceOf(i, count), i)
        {
            OnLoggedIn = _ => OpenNext(),
            OnEnded = _ => _lost++,
        })];
        _loop.Post(() =>
        {
            _loop.Add(_beats, BeatNext);
            _loop.Add(_reconnects, ReconnectNext);
        });
    }

    public int Count => _connections.Length;

    /// <summary>Connects all, so many at once, and waits until they are logged in.</summary>
    /// <exception cref="InvalidOperationException">Some were not; the message has the reasons.</exception>
    public async Task OpenAsync()
    {
        _loop.Post(() =>
        {
            for (var i = 0; i < AtOnce; i++)
            {
                OpenNext();
            }
        });
        await WaitAsync(static counters => counters.Open, Count, "logged in");
    }

    /// <summary>Says goodbye and closes.</summary>
    public Task LeaveAsync() => _loop.AskAsync(() =>
    {
        Array.ForEach(_connections, static connection => connection.Leave());
        return true;
    });

    /// <summary>Waits until so much was counted.</summary>
    /// <param name="count">What.</param>
    /// <param name="least">How much.</param>
    /// <param name="what">Its name, for the message.</param>
    /// <exception cref="InvalidOperationException">Nothing was counted for 30 seconds, or connections ended: what is measured then is something else.</exception>
    public async Task WaitAsync(Func<LoadCounters, long> count, long least, string what)
    {
        var (latest, since) = (-1L, Environment.TickCount64);
        while (await AskAsync(count) is var found && found < least)
        {
            (latest, since) = found > latest ? (found, Environment.TickCount64) : (latest, since);
            if (Environment.TickCount64 - since > Patience.TotalMilliseconds || await _loop.AskAsync(() => _lost) > 0)
            {
                throw new InvalidOperationException($"{found} of {least} {what}. {await ReasonsAsync()}");
            }

            await Task.Delay(1);
        }
    }

    /// <summary>What was counted until now.</summary>
    public Task<long> AskAsync(Func<LoadCounters, long> count) => _loop.AskAsync(() => count(_loop.Counters));

    /// <summary>From now on some send heartbeats, one after the other, evenly.</summary>
    /// <param name="perSecond">How many a second over all; 0: none.</param>
    /// <param name="which">Who.</param>
    public void Beat(double perSecond, Beating which = Beating.All) => _loop.Post(() =>
    {
        (_beatFrom, _beatStep) = which switch { Beating.All => (0, 1), Beating.Even => (0, 2), _ => (1, 2) };
        _nextToBeat = _beatFrom;
        _beats.PerSecond = perSecond;
    });

    /// <summary>From now on one after the other loses its link and comes back at once.</summary>
    /// <param name="perSecond">How many a second; 0: none.</param>
    public void Reconnect(double perSecond) => _loop.Post(() => _reconnects.PerSecond = perSecond);

    /// <summary>Whether the clients go on looking for the next message before they sleep: no server is charged for waking them for each, which the slower one would be.</summary>
    public void StayAwake(bool yes) => _loop.Linger = yes ? Linger : TimeSpan.Zero;

    public void Dispose() => _loop.Dispose();

    private void OpenNext()
    {
        if (_next < Count)
        {
            _connections[_next++].Open();
        }
    }

    private bool BeatNext()
    {
        if (_nextToBeat >= Count)
        {
            _nextToBeat = _beatFrom;
        }

        var connection = _connections[_nextToBeat];
        connection.Protocol.Beat(connection);
        _nextToBeat += _beatStep;
        return true;
    }

    // Who is still coming back is passed over.
    private bool ReconnectNext()
    {
        var connection = _connections[_nextToReconnect++ % Count];
        if (connection.Phase == LoadPhase.Ready)
        {
            connection.Drop();
            connection.Open();
        }

        return true;
    }

    private async Task<string> ReasonsAsync()
    {
        var counters = await _loop.SnapshotAsync();
        return $"{counters.Open} open; failed: {List(counters.Failed)}; closed: {List(counters.Closed)}";
    }

    private static string List(Tally tally) => string.Join(", ", tally.List().Select(static one => $"{one.Value} {one.Key}"));

    // Neighbours have different ones: servers count by address who is just coming.
    private static SocketAddress SourceOf(int index, int count)
    {
        const int LastByte = 250;
        var number = index % Math.Max(LeastAddresses, count / ClientsPerAddress);
        return new IPEndPoint(new IPAddress([127, 1, (byte)(number / LastByte), (byte)(1 + (number % LastByte))]), 0).Serialize();
    }
}

/// <summary>Which clients beat: those of even numbers asked for answers.</summary>
internal enum Beating
{
    All,
    Even,
    Odd,
}
