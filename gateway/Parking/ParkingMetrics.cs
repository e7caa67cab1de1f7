using System.Diagnostics.Metrics;
using Microservices.Gateway.Diagnostics;

namespace Microservices.Gateway.Parking;

/// <summary>What the gateway counts of parked sessions, on the gateway's meter.</summary>
internal sealed class ParkingMetrics
{
    private readonly Tally _parkings;
    private readonly Tally _frames;

    public ParkingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayMetrics.MeterName);
        _parkings = new Tally(meter, "gateway.parkings", "{session}", "Sessions whose link broke, by what became of them.", "outcome", GatewayMetrics.EnumNames<ParkingOutcome>());
        _frames = new Tally(meter, "gateway.parked_frames", "{frame}", "Frames for parked sessions, by outcome; those that were kept have another one later.", "outcome", GatewayMetrics.EnumNames<ParkedFrameOutcome>());
    }

    public void Over(ParkingOutcome outcome) => _parkings.Add((int)outcome);

    public void Frame(ParkedFrameOutcome outcome) => _frames.Add((int)outcome);

    public long Parkings(ParkingOutcome outcome) => _parkings[(int)outcome];

    public long Frames(ParkedFrameOutcome outcome) => _frames[(int)outcome];
}
