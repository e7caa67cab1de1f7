using Microservices.Clusters;
using Microservices.Contracts.Center;

namespace Microservices.Benchmarks.Delivery;

/// <summary>Waits until nothing that an app sent is pending. Asks seldom: each answer is read from every partition.</summary>
internal static class Acknowledged
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <exception cref="TimeoutException">Something is still pending after 2 minutes.</exception>
    public static async Task WaitAsync(Cluster cluster, string app)
    {
        using var end = new CancellationTokenSource(Patience);
        while ((await cluster.Center().GetLedgerAsync(new GetLedgerRequest { App = app })).Pending is > 0 and var pending)
        {
            if (end.IsCancellationRequested)
            {
                throw new TimeoutException($"{pending} messages are not acknowledged after {Patience}.\n{cluster.State()}");
            }

            await Task.Delay(Pause);
        }
    }
}
