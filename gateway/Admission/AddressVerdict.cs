namespace Microservices.Gateway.Admission;

/// <summary>What the limits per address say of a new connection.</summary>
internal enum AddressVerdict
{
    /// <summary>It is counted, and leaves when it ends.</summary>
    Entered,

    /// <summary>It may come, but the table is full: it is not counted.</summary>
    Untracked,

    /// <summary>The address has as many connections as it may.</summary>
    TooMany,

    /// <summary>The address opened too many of late.</summary>
    TooFast,
}
