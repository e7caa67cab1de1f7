using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Parking;

/// <summary>Sessions whose link broke. Section <c>Parking</c>.</summary>
public sealed class ParkingOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Parking";

    /// <summary>How long a session waits for its client after its link broke; so long it also counts as online. Zero = it ends at once. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Time { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most that is kept for one session, bytes of frames; what does not fit is dropped. Default 65,536.</summary>
    [Range(0, 16 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 64 * 1024;

    /// <summary>The most that is kept for all of them, bytes of frames. Default 33,554,432.</summary>
    [Range(0, 1L << 40)]
    public long MaxTotalBytes { get; set; } = 32L * 1024 * 1024;

    /// <summary>The most sessions that wait; further ones end at once. A waiting session takes what it took while it was connected. Default 10,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxSessions { get; set; } = 10_000;
}

[OptionsValidator]
internal sealed partial class ParkingOptionsValidator : IValidateOptions<ParkingOptions>;
