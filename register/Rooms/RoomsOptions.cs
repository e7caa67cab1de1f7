namespace Microservices.Register.Rooms;

/// <summary>The leases of rooms. Section <c>Rooms</c>.</summary>
public sealed class RoomsOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Rooms";

    private static readonly TimeSpan UsualPatience = TimeSpan.FromMinutes(2);

    private TimeSpan? _refillPatience;

    /// <summary>How long a lease lives without a renewal: so long the sessions of a crashed gateway are still counted. Default 10 s.</summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The pace of renewals that rooms are told. Default a third of <see cref="LeaseTime"/>.</summary>
    public TimeSpan? RenewEvery { get; set; }

    /// <summary>How often the live rooms are read from the store: so late at most another register's change is seen. Default 500 ms.</summary>
    public TimeSpan RefreshEvery { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// A room that hasn't said for so long that it has claimed its sessions again, after the store may have lost some, is taken to have: older
    /// gateways never say it. Default 2 min, or <see cref="LeaseTime"/> where that is longer.
    /// </summary>
    public TimeSpan RefillPatience
    {
        get => _refillPatience ?? (LeaseTime > UsualPatience ? LeaseTime : UsualPatience);
        set => _refillPatience = value;
    }

    internal TimeSpan RenewalPace => RenewEvery ?? LeaseTime / 3;

    /// <summary>A gap between two readings of the store longer than this may have cost a room its renewals, so that no lease is judged for two lease times.</summary>
    internal TimeSpan Doubt => LeaseTime / 3;
}
