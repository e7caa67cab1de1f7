namespace Microservices.Register.Channels;

/// <summary>What an audit of a ledger has found.</summary>
internal enum AuditResult
{
    Balanced,

    /// <summary>Accepted isn't the sum of acknowledged, expired, dead and pending.</summary>
    Unbalanced,

    /// <summary>The logs hold another number of messages than are counted as pending.</summary>
    Mismeasured,

    /// <summary>Messages came and went all the time while it was measured; its sum was right.</summary>
    Busy,
}
