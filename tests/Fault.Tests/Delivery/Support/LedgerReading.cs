using Grpc.Core;
using Microservices.Contracts.Center;

namespace Microservices.Fault.Tests.Delivery.Support;

/// <summary>What a center says of an app's ledger.</summary>
internal static class LedgerReading
{
    /// <summary>Null: there was no complete answer.</summary>
    public static async Task<GetLedgerReply?> TryAskAsync(Cluster cluster, string app)
    {
        try
        {
            var request = new GetLedgerRequest { App = app, Measure = true };
            var ledger = await cluster.Center().GetLedgerAsync(request, deadline: DateTime.UtcNow + TimeSpan.FromSeconds(20));
            return ledger.Complete ? ledger : null;
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            return null;
        }
    }

    public static bool IsInBalance(this GetLedgerReply ledger) =>
        ledger.Accepted == ledger.Acknowledged + ledger.Expired + ledger.Dead + ledger.Pending && ledger.MeasuredPending == ledger.Pending;
}
