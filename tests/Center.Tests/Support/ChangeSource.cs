using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Center.Tests.Support;

/// <summary>Numbers events as the store does: those of a partition follow on one another.</summary>
internal sealed class ChangeSource
{
    private readonly Dictionary<int, ulong> _latest = [];
    private ulong _clock = 1_000;

    /// <summary>The next event; one that a test doesn't publish is a loss.</summary>
    public PresenceEvent Next(Kind kind, string user, string app = "default", ulong epoch = 1, string device = "", uint code = 0)
    {
        var partition = Partition.Of(app, user);
        var previous = _latest.GetValueOrDefault(partition);
        return new PresenceEvent
        {
            Kind = kind,
            App = app,
            User = user,
            NamedDevice = device,
            Epoch = epoch,
            Change = _latest[partition] = ++_clock,
            Previous = previous,
            Partition = (uint)partition,
            Code = code,
            Incarnation = 7,
            Room = "room-1",
            RemoteAddress = "192.0.2.1:4711",
            AtUnixMs = 1_767_225_600_000,
            LastSeenUnixMs = 1_767_225_599_000,
            ClientVersion = 2,
            Sdk = "test/1",
        };
    }
}
