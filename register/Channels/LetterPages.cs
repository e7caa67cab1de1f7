using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>Pages of dead letters: of a user, or of an app, partition after partition. A page may be short and still have a next one.</summary>
internal static class LetterPages
{
    // Most partitions have none: so many are asked for one at a time.
    private const int ProbesAtOnce = 64;

    public static async Task<DeadLetters> ReadAsync(
        IChannelStore store, DeadLettersRequest request, ILogger logger, CancellationToken cancellationToken)
    {
        var limit = request.Limit == 0 ? ChannelLimits.DefaultLetters : (int)request.Limit;
        var next = LetterCursor.Read(request.Cursor);
        var reply = new DeadLetters();
        var budget = new ReplyBudget(logger);
        while (next is not null && reply.Letters.Count < limit && !budget.IsSpent)
        {
            var page = await PageAsync(store, request, next, limit - reply.Letters.Count, budget, cancellationToken);
            reply.Letters.AddRange(page.Letters.Select(letter => LetterOf(letter, budget)).OfType<DeadLetter>());
            next = page.Next ?? (request.User.Length == 0 ? await NextPartitionAsync(store, request.App, next.Partition, cancellationToken) : null);
        }

        reply.NextCursor = LetterCursor.Write(next);
        return reply;
    }

    /// <summary>As many as the answer still holds, and at least one if there is one.</summary>
    private static async Task<DeadLetterPage> PageAsync(
        IChannelStore store, DeadLettersRequest request, DeadLetterCursor after, int limit, ReplyBudget budget, CancellationToken cancellationToken)
    {
        var user = request.User.Length == 0 ? null : request.User;
        var page = await store.DeadLettersAsync(request.App, user, after, limit, cancellationToken);
        var fitting = budget.CountFitting(page.Letters.Select(static letter => letter.Entry));

        // Only the store can say where a shorter page ends.
        return fitting == page.Letters.Count ? page : await store.DeadLettersAsync(request.App, user, after, fitting, cancellationToken);
    }

    /// <summary>The next partition that has dead letters of the app; null: none has.</summary>
    private static async Task<DeadLetterCursor?> NextPartitionAsync(IChannelStore store, string app, int partition, CancellationToken cancellationToken)
    {
        foreach (var partitions in Enumerable.Range(partition + 1, Partition.Count - partition - 1).Chunk(ProbesAtOnce))
        {
            DeadLetterCursor[] starts = [.. partitions.Select(static one => DeadLetterCursor.Start with { Partition = one })];
            var probes = await Task.WhenAll(starts.Select(start => store.DeadLettersAsync(app, null, start, 1, cancellationToken)));
            if (Array.FindIndex(probes, static probe => probe.Letters.Count > 0) is var found and >= 0)
            {
                return starts[found];
            }
        }

        return null;
    }

    private static DeadLetter? LetterOf(StoredDeadLetter letter, ReplyBudget budget) => budget.Take(letter.Entry) is not { } entry
        ? null
        : new DeadLetter
        {
            User = letter.User,
            Device = letter.Device,
            Entry = entry,
            Code = letter.Code,
            Attempts = (uint)letter.Attempts,
            DiedUnixMs = letter.DiedUnixMs,
        };
}
