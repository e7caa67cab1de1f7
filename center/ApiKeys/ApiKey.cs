using System.Collections.Frozen;

namespace Microservices.Center.ApiKeys;

/// <summary>A key as the center knows it: never the key itself, only its hash.</summary>
internal sealed class ApiKey
{
    private readonly FrozenSet<string> _apps;
    private readonly FrozenSet<string> _scopes;

    public ApiKey(string id, byte[] sha256, IEnumerable<string> apps, IEnumerable<string> scopes, DateTimeOffset? expires)
    {
        Id = id;
        Sha256 = sha256;
        Expires = expires;
        _apps = apps.ToFrozenSet(StringComparer.Ordinal);
        _scopes = scopes.ToFrozenSet(StringComparer.Ordinal);
        ForAllApps = _apps.Contains(ApiScope.All);
    }

    public string Id { get; }

    public byte[] Sha256 { get; }

    public DateTimeOffset? Expires { get; }

    public bool ForAllApps { get; }

    public IEnumerable<string> Apps => _apps.Order(StringComparer.Ordinal);

    public IEnumerable<string> Scopes => _scopes.Order(StringComparer.Ordinal);

    public bool IsFor(string app) => ForAllApps || _apps.Contains(app);

    public bool Allows(string scope) => _scopes.Contains(ApiScope.All) || _scopes.Contains(scope);

    public bool IsExpired(DateTimeOffset now) => now >= Expires;
}
