using Microservices.Center.ApiKeys;

namespace Microservices.Clusters;

/// <summary>The key file of a cluster's centers.</summary>
internal static class ApiKeys
{
    /// <summary>Makes the file; returns the one key in it, which may do everything.</summary>
    public static string Create(string file) => ApiKeyFile.Create(file, "tests", [ApiScope.All], [ApiScope.All]);
}
