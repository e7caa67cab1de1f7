using Microservices.Client.Endpoints;
using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>Clients behind links that are slow, half-open, deaf in one direction, and cut.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class BadLinksTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task LinksGoBadAtRandom_EverythingArrivesOnceAndInOrder()
    {
        var cluster = await fixture.GetAsync();
        await using var links = new Links(cluster);
        await using var world = await DeliveryWorld.StartAsync(fixture, new DeliverySetup { Endpoints = links.EndpointsOf });

        await world.SendWhileAsync(async random =>
        {
            await Task.Delay(random.Next(300));
            await StrikeAsync(links.All[random.Next(links.All.Count)], random);
        });
        foreach (var link in links.All)
        {
            // What is half-open stays so, as it does in life: the client notices by its heartbeats.
            link.Refuses = false;
            link.Delay = TimeSpan.Zero;
        }

        await world.AssertDeliveredAsync();
    }

    private static async Task StrikeAsync(Link link, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                Some(link, random, static (connection, chance) => connection.Cut(reset: chance.Next(2) == 0));
                break;
            case 1:
                link.Refuses = true;
                link.Cut(reset: true);
                await Task.Delay(random.Next(500));
                link.Refuses = false;
                break;
            case 2:
                // For ever.
                Some(link, random, static (connection, _) => connection.Set(Flow.Hold, Flow.Hold));
                break;
            case 3:
                // Acknowledgements and heartbeats don't arrive.
                Some(link, random, static (connection, _) => connection.Set(Flow.Drop, Flow.Forward));
                break;
            case 4:
                // Messages don't.
                Some(link, random, static (connection, _) => connection.Set(Flow.Forward, Flow.Drop));
                break;
            default:
                link.Delay = TimeSpan.FromMilliseconds(random.Next(100));
                break;
        }
    }

    private static void Some(Link link, Random random, Action<LinkConnection, Random> strike)
    {
        foreach (var connection in link.Connections.Where(_ => random.Next(4) == 0))
        {
            strike(connection, random);
        }
    }

    /// <summary>Several links to each gateway; a client has one to each.</summary>
    private sealed class Links(Cluster cluster) : IAsyncDisposable
    {
        private const int Each = 4;

        public IReadOnlyList<Link> All { get; } =
            [.. Enumerable.Range(0, Each).SelectMany(_ => cluster.Gateways.Select(static gateway => Link.StartNew(gateway.Port)))];

        public IReadOnlyList<Endpoint> EndpointsOf(int client)
        {
            var gateways = All.Count / Each;
            var own = All.Skip(client % Each * gateways).Take(gateways).Select(static link => new Endpoint("127.0.0.1", link.Port)).ToArray();
            var first = client / Each % gateways;
            return [.. own[first..], .. own[..first]];
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var link in All)
            {
                await link.DisposeAsync();
            }
        }
    }
}
