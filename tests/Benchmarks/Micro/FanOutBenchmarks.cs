using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;

namespace Microservices.Benchmarks.Micro;

/// <summary>One push to 1,000 sessions, as far as the system's send: encoded once, posted to each. Per recipient.</summary>
public class FanOutBenchmarks
{
    private const int Sessions = 1_000;

    private readonly SessionsInside _plain = new();
    private readonly SessionsInside _webSockets = new();
    private readonly EncodedFrames _frames = new((int)Frame.DefaultMaxBytes);
    private readonly Contracts.Bus.Delivery _push = new()
    {
        App = "default",
        Audience = Audience.All,
        Everybody = true,
        Push = new Push { Payload = ByteString.CopyFrom(Samples.Payload()), Type = "news" },
    };

    /// <summary>The sessions.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _plain.Add(Sessions);
        _webSockets.Add(Sessions, Framing.Binary);
    }

    /// <summary>Gives back what the gateway's parts hold.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _plain.Dispose();
        _webSockets.Dispose();
    }

    /// <summary>To plain connections.</summary>
    [Benchmark(OperationsPerInvoke = Sessions)]
    public int ToTcp() => Deliver(_plain);

    /// <summary>To WebSockets, framed once.</summary>
    [Benchmark(OperationsPerInvoke = Sessions)]
    public int ToWebSockets() => Deliver(_webSockets);

    private int Deliver(SessionsInside inside)
    {
        var posted = 0;
        _frames.Begin("0192f0e2-5b6f-7cc4-8d3e-3d1a50d0c2aa", _push);
        foreach (var session in inside.Slots)
        {
            if (_frames.TryGet(session, out var command, out var framed, out var frame, out _))
            {
                session.Connection.Deliver(session, command, framed, frame);
                posted++;
            }
        }

        return posted;
    }
}
