using Microservices.Center.Api;
using Microservices.Center.Apps;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using ChannelsClient = Microservices.Contracts.Register.Channels.ChannelsClient;

namespace Microservices.Center.Messages;

/// <summary>The calls GetInbox, ListDeadLetters and GetLedger: what is kept for users, and what became of it.</summary>
internal sealed class MessageCalls(AppCatalog apps, ChannelsClient register, TimeProvider time)
{
    /// <summary>Most dead letters of one page.</summary>
    public const int MaxPage = 100;

    /// <summary>How long register may take to count what many inboxes hold.</summary>
    public static readonly TimeSpan MeasureTimeout = TimeSpan.FromMinutes(5);

    public async Task<GetInboxReply> GetInboxAsync(GetInboxRequest request, CancellationToken cancellationToken)
    {
        Arguments.CheckUser(request.User);
        var app = await apps.GetAsync(request.App, cancellationToken);
        var inbox = await register.GetInboxAsync(new InboxRequest { App = app.Name, User = request.User }, cancellationToken: cancellationToken);
        return MessageAnswers.ToReply(inbox);
    }

    public async Task<ListDeadLettersReply> ListDeadLettersAsync(ListDeadLettersRequest request, CancellationToken cancellationToken)
    {
        if (request.Limit > MaxPage)
        {
            throw Arguments.Invalid($"limit: {request.Limit:N0}; a page has 1 to {MaxPage:N0} dead letters, 0 = 20.");
        }

        if (request.User.Length > 0)
        {
            Arguments.CheckUser(request.User);
        }

        var app = await apps.GetAsync(request.App, cancellationToken);
        var page = await register.ListDeadLettersAsync(
            new DeadLettersRequest { App = app.Name, User = request.User, Cursor = request.Cursor, Limit = request.Limit },
            cancellationToken: cancellationToken);
        return MessageAnswers.ToReply(page);
    }

    public async Task<GetLedgerReply> GetLedgerAsync(GetLedgerRequest request, CancellationToken cancellationToken)
    {
        var app = await apps.GetAsync(request.App, cancellationToken);
        var ledger = await register.GetLedgerAsync(
            new LedgerRequest { App = app.Name, Measure = request.Measure },
            deadline: request.Measure ? time.GetUtcNow().UtcDateTime + MeasureTimeout : null,
            cancellationToken: cancellationToken);
        return MessageAnswers.ToReply(ledger);
    }
}
