using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>One batch of acknowledgements: those that break a rule are answered here, the others by the store.</summary>
internal static class AckRound
{
    public static async Task<AckOutcome[]> RunAsync(AckRequest request, BatchApps apps, IChannelStore store, CancellationToken cancellationToken)
    {
        var outcomes = new AckOutcome[request.Acks.Count];
        List<int> open = [];
        List<Acknowledgement> acks = [];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var ack = request.Acks[i];
            var position = ack.Position.ToStore();
            if (ChannelRules.FaultOfReader(ack.App, ack.User, ack.Device) is not null)
            {
                outcomes[i] = AckOutcome.Invalid;
            }
            else if (apps.Find(ack.App) is not { } app)
            {
                outcomes[i] = apps.IsWhole ? AckOutcome.Invalid : AckOutcome.Unavailable;
            }
            else if (!position.IsPossible())
            {
                outcomes[i] = AckOutcome.UnknownPosition;
            }
            else
            {
                open.Add(i);
                acks.Add(new Acknowledgement(app.ReaderOf(ack.User, ack.Device), ack.All, position));
            }
        }

        if (open.Count > 0)
        {
            foreach (var (k, outcome) in (await store.AckAsync(acks, cancellationToken)).Index())
            {
                outcomes[open[k]] = outcome;
            }
        }

        return outcomes;
    }
}
