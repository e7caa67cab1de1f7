using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>Pages of dead letters, cut where an answer is full.</summary>
internal static class LetterPages
{
    public static async Task<DeadLetters> ReadAsync(
        IChannelStore store, DeadLettersRequest request, ILogger logger, CancellationToken cancellationToken)
    {
        var limit = request.Limit == 0 ? ChannelLimits.DefaultLetters : (int)request.Limit;
        var user = request.User.Length == 0 ? null : request.User;
        var next = LetterCursor.Read(request.Cursor);
        var reply = new DeadLetters();
        var budget = new ReplyBudget(logger);
        for (var reading = 0; next is not null && reply.Letters.Count < limit && reading < ChannelLimits.MaxReadingsPerPage; reading++)
        {
            var page = await store.DeadLettersAsync(request.App, user, next, limit - reply.Letters.Count, cancellationToken);
            foreach (var letter in page.Letters)
            {
                if (budget.IsSpent)
                {
                    reply.NextCursor = LetterCursor.Write(next);
                    return reply;
                }

                next = new DeadLetterCursor(Partition.Of(request.App, letter.User), letter.User, letter.Entry.Position);
                if (budget.Take(letter.Entry) is { } entry)
                {
                    reply.Letters.Add(new DeadLetter
                    {
                        User = letter.User,
                        Device = letter.Device,
                        Entry = entry,
                        Code = letter.Code,
                        Attempts = (uint)letter.Attempts,
                        DiedUnixMs = letter.DiedUnixMs,
                    });
                }
            }

            next = page.Next;
        }

        reply.NextCursor = LetterCursor.Write(next);
        return reply;
    }
}
