using System.Globalization;
using System.Text.RegularExpressions;
using Grpc.Core;
using Microservices.Contracts.Center;
using Microservices.Testing;

namespace Microservices.Clusters;

public sealed partial class Cluster
{
    /// <summary>Waits until every center knows the rooms of the gateways as they run now, and no others: a room that was killed counts until its lease is over.</summary>
    public Task WaitUntilRoomsAreKnownAsync()
    {
        string? seen = null;
        return Eventually.HoldsAsync(
            async () =>
            {
                string[] rooms = [.. Gateways.Select(static gateway => LatestRoom.Match(gateway.Output).Groups[1].Value).Order(StringComparer.Ordinal)];
                foreach (var i in Enumerable.Range(0, Centers.Count))
                {
                    var known = await RoomsOfAsync(Center(i));
                    seen = $"{Centers[i].Name}: {string.Join(' ', known)}; gateways: {string.Join(' ', rooms)}";
                    if (!known.SequenceEqual(rooms))
                    {
                        return false;
                    }
                }

                return true;
            },
            "the centers know the rooms",
            () => $"{seen}\n{State()}",
            TimeSpan.FromSeconds(60));
    }

    private async Task<string[]> RoomsOfAsync(CenterClient center)
    {
        try
        {
            // Further rooms are those of a test's own gateways.
            var rooms = (await center.ListRoomsAsync(new ListRoomsRequest())).Rooms.Where(room => Gateways.Any(gateway => gateway.Name == room.Name));
            return [.. rooms.Select(static room => room.Incarnation.ToString("x16", CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal)];
        }
        catch (RpcException)
        {
            return [];
        }
    }

    [GeneratedRegex("Lease granted: incarnation ([0-9a-f]{16})", RegexOptions.RightToLeft)]
    private static partial Regex LatestRoom { get; }
}
