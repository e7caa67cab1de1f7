namespace Microservices.Protocol;

/// <summary>What the version of a frame says.</summary>
public static class ProtocolVersion
{
    /// <summary>Protobuf bodies: what the SDK speaks.</summary>
    public const uint Current = 2;

    /// <summary>The lowest version of the line that is spoken, as an error names it.</summary>
    public const uint Min = 2;

    /// <summary>The highest version of the line that is spoken, as an error names it.</summary>
    public const uint Max = 2;

    /// <summary>The version of a push from the center to a client of the chat protocol.</summary>
    public const uint PushToChatClient = 1100;

    private const uint FirstAfterReserved = 100;

    /// <summary>True when bodies of this version can be read and written.</summary>
    public static bool IsSupported(uint version) => version is <= Max or >= FirstAfterReserved;

    /// <summary>How bodies of <paramref name="version"/> are written.</summary>
    /// <exception cref="ProtocolException"><see cref="Code.UnsupportedVersion"/>: 3 to 99 are reserved.</exception>
    public static BodyFormat FormatOf(uint version)
    {
        if (version == Current)
        {
            return BodyFormat.Protobuf;
        }

        return IsSupported(version)
            ? BodyFormat.Json
            : throw new ProtocolException(Code.UnsupportedVersion, $"Version {version}; {Min} to {Max} are spoken, and JSON with 0, 1, and {FirstAfterReserved} and above.");
    }
}
