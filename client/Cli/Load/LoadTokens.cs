using Microservices.Cli.Center;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Load;

/// <summary>Issues a token to every user of a load run.</summary>
internal static class LoadTokens
{
    private const int Concurrency = 32;

    public static async Task<string[]> IssueAsync(CenterConnection center, LoadSettings settings, Action issued, CancellationToken cancellationToken)
    {
        var tokens = new string[settings.Connections];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, tokens.Length, options, async (index, token) =>
        {
            var request = new IssueTokenRequest { App = settings.App, User = settings.UserOf(index) };
            var reply = await center.CallAsync((client, call) => client.IssueTokenAsync(request, call), token);
            tokens[index] = reply.Token;
            issued();
        });
        return tokens;
    }
}
