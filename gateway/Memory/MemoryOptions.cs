using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Memory;

/// <summary>When the gateway gives memory back. Section <c>Memory</c>.</summary>
public sealed class MemoryOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Memory";

    /// <summary>How long the gateway must have allocated next to nothing. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan QuietFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How much it must have allocated since the last time; 64 MiB are about 5,000 logins. Default 64 MiB.</summary>
    [Range(1, long.MaxValue)]
    public long AfterAllocatedBytes { get; set; } = 64 << 20;

    /// <summary>
    /// A heap above this is left as it is: the pause, during which nothing is sent or read, grows with it: 70 ms at 53 MiB, 106 ms at
    /// 97 MiB (docs/benchmarks.md). Default 128 MiB, about 25,000 sessions. 0 = never.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MaxHeapBytes { get; set; } = 128 << 20;
}

[OptionsValidator]
internal sealed partial class MemoryOptionsValidator : IValidateOptions<MemoryOptions>;
