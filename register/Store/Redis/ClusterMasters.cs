using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Which processes a cluster consists of: another one behind an endpoint may have other data.</summary>
internal static partial class ClusterMasters
{
    /// <summary>One text for all masters with slots but the one of <paramref name="key"/>; empty = no cluster, or not all are known.</summary>
    public static async Task<string> RunIdsBesideAsync(ConnectionMultiplexer connection, RedisKey key)
    {
        var servers = connection.GetServers();
        if (!servers.Any(static server => server.ServerType == ServerType.Cluster)
            || await connection.GetDatabase().IdentifyEndpointAsync(key) is not { } endpoint
            || servers.FirstOrDefault(server => server.EndPoint.Equals(endpoint)) is not { } home)
        {
            return "";
        }

        // By name: what the client has methods for it allows only to administrators.
        // The node that takes writes of the key has the word of the majority; others may know an older layout.
        var nodes = (string?)await home.ExecuteAsync("CLUSTER", "NODES") ?? "";
        List<Task<string>> readings = [];
        foreach (var address in AddressesOf(nodes))
        {
            var server = servers.FirstOrDefault(one => address.Equals(EndPointCollection.ToString(one.EndPoint), StringComparison.OrdinalIgnoreCase));
            if (server is not { IsConnected: true })
            {
                return "";
            }

            readings.Add(ReadAsync(server));
        }

        var runIds = await Task.WhenAll(readings);
        return runIds.Length > 0 && !runIds.Contains("")
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(',', runIds.Order(StringComparer.Ordinal)))))
            : "";
    }

    /// <summary>host:port of the masters with slots beside the one that was asked.</summary>
    private static IEnumerable<string> AddressesOf(string nodes)
    {
        foreach (var line in nodes.Split('\n'))
        {
            // <id> <host:port@port[,name]> <flags> <master> <ping> <pong> <epoch> <link> <slots>…
            if (line.Split(' ', StringSplitOptions.TrimEntries) is [_, var address, var flags, _, _, _, _, _, _, ..]
                && flags.Split(',') is var all && all.Contains("master") && !all.Contains("myself"))
            {
                yield return address.Split('@', ',')[0];
            }
        }
    }

    private static async Task<string> ReadAsync(IServer server)
    {
        var info = await Task.WhenAll(server.ExecuteAsync("INFO", "server"), server.ExecuteAsync("INFO", "replication"));
        var (run, replication) = (RunId().Match((string?)info[0] ?? ""), ReplicationId().Match((string?)info[1] ?? ""));
        return run.Success && replication.Success ? $"{run.Groups[1].Value}:{replication.Groups[1].Value}" : "";
    }

    [GeneratedRegex("^run_id:([0-9a-f]+)", RegexOptions.Multiline)]
    private static partial Regex RunId();

    [GeneratedRegex("^master_replid:([0-9a-f]+)", RegexOptions.Multiline)]
    private static partial Regex ReplicationId();
}
