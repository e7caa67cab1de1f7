using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory;

/// <summary>The sessions of one user of one app, by field. The caller holds the lock of the partition.</summary>
internal sealed class UserSessions(string key)
{
    /// <summary>The floor of all fields.</summary>
    public const string AllFields = "*";

    /// <summary>As <see cref="SessionMember.OfUser"/>.</summary>
    public string Key { get; } = key;

    public Dictionary<string, Session> Fields { get; } = [];

    /// <summary>The epoch of the latest revocation: no session up to it can come back. 0 = none.</summary>
    public ulong Revoked { get; set; }

    public long RevokedAt { get; set; }

    /// <summary>By field, or <see cref="AllFields"/>.</summary>
    public Dictionary<string, EndedSession> Ended { get; } = [];

    /// <summary>When <see cref="Ended"/> is forgotten, µs.</summary>
    public long EndedUntil { get; set; }

    /// <summary>The partition looks at <see cref="EndedUntil"/> in time.</summary>
    public bool IsWatched { get; set; }

    public bool IsEmpty => Fields.Count == 0 && Revoked == 0 && Ended.Count == 0;

    /// <summary>The highest epoch that ended sessions tell of.</summary>
    public ulong HighestEnded => Ended.Values.Aggregate(0ul, static (highest, ended) => Math.Max(highest, Math.Max(ended.Epoch, ended.Floor == 0 ? 0 : ended.Floor - 1)));

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

    /// <summary>The oldest fields, but <paramref name="field"/> and those that it replaces, that are too many beside it.</summary>
    public string[] OldestOverLimit(string field, IReadOnlyCollection<string> replaced)
    {
        var kept = Fields.Where(entry => entry.Key != field && !replaced.Contains(entry.Key)).OrderBy(static entry => entry.Value.Key.Epoch).ToArray();
        return [.. kept.Take(Math.Max(0, kept.Length + 1 - SessionClaim.MaxDevices)).Select(static entry => entry.Key)];
    }

    /// <summary>What ended sessions say of a claim: those of its field, of its device, and of all.</summary>
    public IEnumerable<EndedSession> EndedOf(string field, string namedDevice) =>
        new[] { AllFields, field, SessionMember.FieldOf(perDevice: true, namedDevice) }.Distinct().Select(Ended.GetValueOrDefault).OfType<EndedSession>();
}
