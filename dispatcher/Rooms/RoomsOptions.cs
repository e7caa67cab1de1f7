using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Rooms;

/// <summary>How register's list of rooms is followed; section <c>Rooms</c>.</summary>
internal sealed class RoomsOptions
{
    public const string Section = "Rooms";

    /// <summary>When more than half of the rooms vanish at once, they are still named, behind the others, for this long. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan KeepVanished { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What "at once" means: rooms that vanish within this time of each other. Default 10 s, since leases that a fault ends together
    /// are swept one list after the other.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan VanishWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long register may take to send the first list after a call, before the next register is asked. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan FirstListTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The first wait before register is asked again; it doubles up to <see cref="MaxRetryDelay"/>, and a random part of it is waited. Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait before register is asked again. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class RoomsOptionsValidator : IValidateOptions<RoomsOptions>;
