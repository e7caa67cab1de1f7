using BenchmarkDotNet.Attributes;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Sessions;

namespace Microservices.Benchmarks.Micro;

/// <summary>A table of 20,000 sessions.</summary>
public class SessionBenchmarks
{
    private const int Sessions = 20_000;

    private readonly SessionsInside _inside = new();
    private SessionTable _table = null!;
    private SessionSlots _slots = null!;
    private SessionKey[] _keys = [];
    private int _next;

    /// <summary>The sessions, and their keys as the bus brings them.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _inside.Add(Sessions);
        _table = _inside.Table;
        _slots = _inside.Slots;
        _keys = [.. _table.All.Select(static session => new SessionKey { Session = session.Number, Epoch = session.Epoch })];
        new Random(1).Shuffle(_keys);
    }

    /// <summary>Gives back what the gateway's parts hold.</summary>
    [GlobalCleanup]
    public void CleanUp() => _inside.Dispose();

    /// <summary>One by number and epoch, in no order.</summary>
    [Benchmark]
    public object? Find()
    {
        _next = (_next + 1) % Sessions;
        return _table.Find(_keys[_next]);
    }

    /// <summary>Each of all sessions of an app.</summary>
    [Benchmark(OperationsPerInvoke = Sessions)]
    public ulong GoThroughAll()
    {
        ulong sum = 0;
        foreach (var session in _slots)
        {
            sum += session.Number;
        }

        return sum;
    }
}
