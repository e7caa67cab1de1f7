using Microservices.Center.Api;
using Microservices.Center.ApiKeys;
using Microservices.Center.Refusals;
using Microservices.Contracts;
using Microservices.Contracts.Center;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Console.Sending;

/// <summary>Who is online, a page at a time: all, or those whose name has a text in it. Register has no index of parts of names, so a search looks through pages.</summary>
internal sealed class PeopleList(CenterApi api, IOptions<ConsoleOptions> options, ConsoleMetrics metrics)
{
    /// <summary>Sessions of a page that is shown.</summary>
    private const int PageSize = 50;

    /// <summary>Sessions that one call of a search brings.</summary>
    private const int SearchPage = 500;

    private int _searches;

    /// <exception cref="RefusedException">The key does not allow it, a cursor is not one, or too many search at the same time.</exception>
    public async Task<PeoplePage> ReadAsync(ApiKey key, string app, string search, string cursor, CancellationToken cancellationToken)
    {
        if (search.Length == 0)
        {
            var page = await ListAsync(key, app, cursor, PageSize, cancellationToken);
            return new PeoplePage(Person.Of(page.Sessions), page.NextCursor, page.Complete);
        }

        try
        {
            return Interlocked.Increment(ref _searches) <= options.Value.MaxSearches
                ? await SearchAsync(key, app, search, cursor, cancellationToken)
                : throw TooMany();
        }
        finally
        {
            Interlocked.Decrement(ref _searches);
        }
    }

    private async Task<PeoplePage> SearchAsync(ApiKey key, string app, string search, string cursor, CancellationToken cancellationToken)
    {
        var found = new List<OnlineSession>();
        var isComplete = true;
        if (cursor.Length == 0 && Identifiers.FaultOfName("user", search) is null)
        {
            // Who is named in full is found at once, however many are online.
            var named = await api.GetPresenceAsync(new GetPresenceRequest { App = app, Users = { search } }, key, cancellationToken);
            found.AddRange(named.Users[0].Sessions);
            isComplete = named.Complete;
        }

        var searched = 0;
        do
        {
            var page = await ListAsync(key, app, cursor, SearchPage, cancellationToken);
            found.AddRange(page.Sessions.Where(session =>
                session.User.Contains(search, StringComparison.OrdinalIgnoreCase) && !found.Exists(known => IsSame(known, session))));
            isComplete &= page.Complete;
            searched += page.Sessions.Count;
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0 && found.Count < PageSize && searched < options.Value.MaxSearchedSessions);

        return new PeoplePage(Person.Of(found), cursor, isComplete, searched);
    }

    private Task<ListOnlineReply> ListAsync(ApiKey key, string app, string cursor, int limit, CancellationToken cancellationToken) =>
        api.ListOnlineAsync(new ListOnlineRequest { App = app, Cursor = cursor, Limit = (uint)limit }, key, cancellationToken);

    private RefusedException TooMany()
    {
        metrics.Refused("searches");
        return new RefusedException(RefusalCode.RateLimited, $"{options.Value.MaxSearches} searches are under way; that is the limit.");
    }

    private static bool IsSame(OnlineSession one, OnlineSession other) => one.User == other.User && one.Epoch == other.Epoch;
}
