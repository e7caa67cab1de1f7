using Microservices.Center.Api;
using Microservices.Center.Apps;
using Microservices.Center.Sessions;
using Microservices.Contracts.Center;
using Microservices.Contracts.Register;
using SessionsClient = Microservices.Contracts.Register.Sessions.SessionsClient;

namespace Microservices.Center.Presence;

/// <summary>The calls GetPresence and ListOnline.</summary>
internal sealed class PresenceCalls(AppCatalog apps, SessionLookup sessions, SessionsClient register)
{
    /// <summary>Most sessions of one page.</summary>
    public const int MaxPage = 1_000;

    public async Task<GetPresenceReply> GetAsync(GetPresenceRequest request, CancellationToken cancellationToken)
    {
        Arguments.CheckUsers(request.Users);
        var app = await apps.GetAsync(request.App, cancellationToken);
        var (users, isComplete) = await sessions.ReadAsync(app.Name, request.Users, cancellationToken);
        return new GetPresenceReply { Users = { users.Select(PresenceAnswers.ToUser) }, Complete = isComplete };
    }

    public async Task<ListOnlineReply> ListAsync(ListOnlineRequest request, CancellationToken cancellationToken)
    {
        if (request.Limit > MaxPage)
        {
            throw Arguments.Invalid($"limit: {request.Limit:N0}; a page has 1 to {MaxPage:N0} sessions, 0 = 100.");
        }

        var app = await apps.GetAsync(request.App, cancellationToken);
        var page = await register.ListAsync(
            new ListSessionsRequest { App = app.Name, Cursor = request.Cursor, Limit = request.Limit },
            cancellationToken: cancellationToken);
        return new ListOnlineReply
        {
            Sessions = { page.Sessions.Select(PresenceAnswers.ToOnline) },
            NextCursor = page.NextCursor,
            Complete = page.Complete,
        };
    }
}
