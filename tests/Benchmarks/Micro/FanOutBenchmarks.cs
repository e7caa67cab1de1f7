using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery;
using Microservices.Gateway.Delivery.Broadcasts;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;

namespace Microservices.Benchmarks.Micro;

/// <summary>One push to 1,000 sessions, as far as the system's send: encoded once, posted to each. Per recipient.</summary>
public class FanOutBenchmarks
{
    private const int Sessions = 1_000;

    private readonly SessionsInside _plain = new();
    private readonly SessionsInside _webSockets = new();
    private readonly BroadcastBatch _batch = new((int)Frame.DefaultMaxBytes);
    private readonly Contracts.Bus.Delivery _push = new()
    {
        App = "default",
        Audience = Audience.All,
        Everybody = true,
        Push = new Push { Payload = ByteString.CopyFrom(Samples.Payload()), Type = "news" },
    };

    private long _next;

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
    public int ToTcp() => Send(_plain);

    /// <summary>To WebSockets, framed once.</summary>
    [Benchmark(OperationsPerInvoke = Sessions)]
    public int ToWebSockets() => Send(_webSockets);

    // As a worker of the fan-out does, in a batch of one.
    private int Send(SessionsInside inside)
    {
        var posted = 0;
        _batch.Clear();
        _batch.Begin(_next++);
        _batch.TryAdd("0192f0e2-5b6f-7cc4-8d3e-3d1a50d0c2aa", _push);
        var (sender, view) = (inside.NewSender(), default(BroadcastView));
        foreach (var session in inside.Slots)
        {
            var form = RecipientForm.Of(session);
            view = view.Form == form ? view : _batch.View(form);
            sender.Send(session, _batch, view);
            posted++;
        }

        sender.Count();
        return posted;
    }
}
