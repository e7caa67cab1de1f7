using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory;

/// <summary>The sessions of one user of one app, by field. The caller holds the lock of the partition.</summary>
internal sealed class UserSessions
{
    public Dictionary<string, Session> Fields { get; } = [];

    /// <summary>The epoch of the latest revocation: no session up to it can be claimed again. 0 = none.</summary>
    public ulong Revoked { get; set; }

    public long RevokedAt { get; set; }

    public ulong HighestEpoch => Fields.Values.Aggregate(Revoked, static (highest, session) => Math.Max(highest, session.Key.Epoch));

    /// <summary>The fields that a claim replaces: its own and those left by another policy of the app.</summary>
    public List<string> ReplacedBy(SessionClaim claim, string field)
    {
        if (!claim.PerDevice)
        {
            return [.. Fields.Keys];
        }

        List<string> replaced = [];
        if (Fields.ContainsKey(field))
        {
            replaced.Add(field);
        }

        if (Fields.TryGetValue(SessionMember.SingleField, out var single) && single.NamedDevice == claim.Session.NamedDevice)
        {
            replaced.Add(SessionMember.SingleField);
        }

        return replaced;
    }

    /// <summary>The oldest fields but <paramref name="field"/> that are too many.</summary>
    public string[] OldestOverLimit(string field) =>
        [.. Fields.Where(entry => entry.Key != field)
            .OrderBy(static entry => entry.Value.Key.Epoch)
            .Take(Math.Max(0, Fields.Count - SessionClaim.MaxDevices))
            .Select(static entry => entry.Key)];
}
