using Microservices.Cli.Center;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Load.Users;

/// <summary>Issues a token to every user of a load run.</summary>
internal static class LoadTokens
{
    // A call of one token is mostly waiting; the center gathers what comes at the same time.
    private const int Concurrency = 256;

    /// <param name="center">Who issues them.</param>
    /// <param name="app">The app.</param>
    /// <param name="names">The users.</param>
    /// <param name="issued">Told of each.</param>
    /// <param name="cancellationToken">The user has waited enough.</param>
    public static async Task<LoadUser[]> IssueAsync(
        CenterConnection center, string app, IReadOnlyList<string> names, Action issued, CancellationToken cancellationToken)
    {
        var users = new LoadUser[names.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, users.Length, options, async (index, token) =>
        {
            var request = new IssueTokenRequest { App = app, User = names[index] };
            var reply = await center.CallAsync((client, call) => client.IssueTokenAsync(request, call), token);
            users[index] = new LoadUser(names[index], reply.Token);
            issued();
        });
        return users;
    }
}
