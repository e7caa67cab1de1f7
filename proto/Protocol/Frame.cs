namespace Microservices.Protocol;

/// <summary>Sizes of a frame: 12 bytes of header, then the body.</summary>
public static class Frame
{
    /// <summary>Bytes of a header: three big-endian <see cref="uint"/>: length of the whole frame, version, command.</summary>
    public const int HeaderBytes = 12;

    /// <summary>The longest frame, bytes with the header, unless an option says otherwise (64 KiB).</summary>
    public const uint DefaultMaxBytes = 65_536;
}
