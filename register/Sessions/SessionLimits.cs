namespace Microservices.Register.Sessions;

/// <summary>How much one call may ask for.</summary>
internal static class SessionLimits
{
    public const int MaxClaims = 1_000;
    public const int MaxEnds = 10_000;
    public const int MaxReports = 1_000;
    public const int MaxKicks = 1_000;
    public const int MaxLookups = 10_000;
    public const int MaxPage = 1_000;
    public const int DefaultPage = 100;

    /// <summary>The longest remote address and sdk name, bytes.</summary>
    public const int MaxAddressBytes = 64;
    public const int MaxSdkBytes = 128;

    /// <summary>The longest reason of a kick, bytes.</summary>
    public const int MaxReasonBytes = 256;

    /// <summary>The numbers of proto/codes.csv that close a connection: newer gateways may have codes that this register doesn't know.</summary>
    public const uint FirstCloseCode = 3_000;
    public const uint LastCloseCode = 4_499;

    /// <summary>A list skips the sessions of dead rooms; after so many readings it returns a short page rather than go on.</summary>
    public const int MaxReadingsPerPage = 16;

    /// <summary>Epochs are microseconds; scripts hold them in doubles, exact up to here (the year 2255).</summary>
    public const ulong MaxEpoch = (1ul << 53) - 1;
}
