namespace Microservices.Register.Channels;

/// <summary>What is wrong with a ledger.</summary>
internal enum AuditFault
{
    /// <summary>Accepted isn't the sum of acknowledged, expired, dead and pending.</summary>
    Balance,

    /// <summary>The logs hold another number of messages than are counted as pending.</summary>
    Measure,
}
