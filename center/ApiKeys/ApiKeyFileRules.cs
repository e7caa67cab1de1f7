using Microservices.Contracts;

namespace Microservices.Center.ApiKeys;

/// <summary>What the entries of a key file must look like.</summary>
internal static class ApiKeyFileRules
{
    private const int Sha256HexLength = 64;

    /// <summary>Everything that is wrong, each with the place; empty when nothing is.</summary>
    public static IReadOnlyList<string> FaultsOf(IReadOnlyList<ApiKeyEntry?> entries)
    {
        var faults = new List<string>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i] is not { } entry)
            {
                faults.Add($"key {i + 1} is null");
                continue;
            }

            foreach (var fault in FaultsOf(entry))
            {
                faults.Add($"key {i + 1}: {fault}");
            }

            if (entry.Id is not null && !ids.Add(entry.Id))
            {
                faults.Add($"key {i + 1}: id '{entry.Id}' is there twice");
            }
        }

        return faults;
    }

    private static IEnumerable<string> FaultsOf(ApiKeyEntry entry)
    {
        if (entry.Id is null || !ApiKeyText.IsId(entry.Id))
        {
            yield return $"id is missing or not of [a-z0-9-]{{1,{ApiKeyText.MaxIdLength}}}";
        }

        if (entry.Sha256 is not { Length: Sha256HexLength } hash || !hash.All(char.IsAsciiHexDigit))
        {
            yield return $"sha256 is missing or not {Sha256HexLength} hexadecimal digits";
        }

        if (entry.Apps is not { Count: > 0 } apps)
        {
            yield return "apps is missing or empty; it lists names of apps, or *";
        }
        else
        {
            foreach (var app in apps)
            {
                if (app is null || (app != ApiScope.All && Identifiers.FaultOfApp(app) is not null))
                {
                    yield return "apps has a name that is neither * nor of [a-z0-9-]{1,32}";
                }
            }
        }

        if (entry.Scopes is not { Count: > 0 } scopes)
        {
            yield return $"scopes is missing or empty; scopes are {string.Join(", ", ApiScope.Names)} and *";
        }
        else
        {
            foreach (var scope in scopes)
            {
                if (scope != ApiScope.All && !ApiScope.Names.Contains(scope))
                {
                    yield return $"scope '{scope}' is unknown; scopes are {string.Join(", ", ApiScope.Names)} and *";
                }
            }
        }
    }
}
