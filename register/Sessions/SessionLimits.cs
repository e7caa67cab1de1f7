namespace Microservices.Register.Sessions;

/// <summary>How much one call may ask for.</summary>
internal static class SessionLimits
{
    public const int MaxClaims = 1_000;
    public const int MaxEnds = 10_000;
    public const int MaxLookups = 10_000;
    public const int MaxPage = 1_000;
    public const int DefaultPage = 100;

    /// <summary>The longest remote address and sdk name, bytes.</summary>
    public const int MaxAddressBytes = 64;
    public const int MaxSdkBytes = 128;

    /// <summary>A list skips the sessions of dead rooms; after so many readings it returns a short page rather than go on.</summary>
    public const int MaxReadingsPerPage = 16;

    /// <summary>Epochs are microseconds; scripts hold them in doubles, exact up to here (the year 2255).</summary>
    public const ulong MaxEpoch = (1ul << 53) - 1;
}
