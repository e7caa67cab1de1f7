using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests;

public sealed class BusMetricsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bus_MessagesGoBothWays_AreCountedByOutcome()
    {
        await using var host = new BusHost(new RecordedLog(), ("Kind", "in-process"), ("MaxAttempts", 1), ("UplinkQueueMaxBytes", 1_024));
        var totals = new ConcurrentDictionary<string, double>();
        using var listener = Listen(host.Services.GetRequiredService<IMeterFactory>(), totals);
        var handled = new Received<int>();
        await using var room = await host.Bus.ConsumeRoomAsync(
            1,
            (message, _) =>
            {
                handled.Add(Number(message));
                return handled.Count == 1 ? throw new InvalidOperationException("Again.") : ValueTask.CompletedTask;
            },
            Stop);

        await host.Bus.PublishToRoomAsync(1, Room(1), Stop);
        await host.Bus.PublishToRoomAsync(2, Room(2), Stop);
        await host.Bus.PublishUplinkAsync(Uplink("ann", 1, bytes: 2_000), Stop);

        await Eventually.HoldsAsync(() => totals.GetValueOrDefault("bus.consumed from=room") == 1, "it is handled", () => string.Join('\n', totals));
        Assert.Equal(1, totals["bus.published to=room"]);
        Assert.Equal(1, totals["bus.returned to=room"]);
        Assert.Equal(1, totals["bus.unavailable to=uplink"]);
        Assert.Equal(1, totals["bus.redelivered from=room"]);
        Assert.True(totals.ContainsKey("bus.publish.duration to=room"));
    }

    private static MeterListener Listen(IMeterFactory meters, ConcurrentDictionary<string, double> totals)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Meter.Name == "Microservices.Bus")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        return listener;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var key = instrument.Name;
            foreach (var (name, tag) in tags)
            {
                key += $" {name}={tag}";
            }

            totals.AddOrUpdate(key, value, (_, total) => total + value);
        }
    }
}
