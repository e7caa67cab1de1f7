using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;

namespace Microservices.Register.Tests.Store.Model;

/// <summary>What must be true of one session slot: of a user, or of a device of a user. The whole model is these few numbers.</summary>
internal sealed class Slot
{
    /// <summary>The stored session; 0 = none.</summary>
    public ulong Epoch { get; private set; }

    public ulong Incarnation { get; private set; }

    public SessionState State { get; private set; }

    /// <summary>As its client names it.</summary>
    public string Device { get; private set; } = "";

    /// <summary>The latest epoch that the store knows of, stored or ended; 0 = none.</summary>
    public ulong Known { get; private set; }

    /// <summary>The lowest epoch that may come back.</summary>
    public ulong Floor { get; set; }

    /// <summary>The highest epoch ever granted: what comes next is higher.</summary>
    public ulong Highest { get; private set; }

    /// <summary>The events that must have been told since the last look.</summary>
    public List<(PresenceEvent.Types.Kind Kind, ulong Epoch, uint Code)> Told { get; } = [];

    public void Grant(ulong epoch, ulong incarnation, string device, SessionState state)
    {
        if (Epoch != 0 && Epoch != epoch)
        {
            Told.Add((PresenceEvent.Types.Kind.Offline, Epoch, 4000));
        }

        if (Epoch == epoch && Incarnation == incarnation)
        {
            Report(state);
        }
        else
        {
            Told.Add((PresenceEvent.Types.Kind.Online, epoch, 0));
            State = SessionState.Alive;
            (Epoch, Incarnation, Device, Known, Floor) = (epoch, incarnation, device, epoch, epoch);
            Report(state);
        }

        Highest = Math.Max(Highest, epoch);
    }

    public void Report(SessionState state)
    {
        if (State != state)
        {
            State = state;
            Told.Add((state == SessionState.Away ? PresenceEvent.Types.Kind.Away : PresenceEvent.Types.Kind.Back, Epoch, 0));
        }
    }

    public void End(uint code)
    {
        if (Epoch != 0)
        {
            Told.Add((PresenceEvent.Types.Kind.Offline, Epoch, code));
            Floor = code < 4000 ? Epoch : Epoch + 1;
            (Epoch, Incarnation, State) = (0, 0, SessionState.Alive);
        }
    }

    public void Lose() => (Epoch, Incarnation, State, Known, Floor) = (0, 0, SessionState.Alive, 0, 0);
}
