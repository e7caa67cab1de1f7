using Microservices.Contracts.Register;

namespace Microservices.Standalone;

/// <summary>Puts the tokens of the demo users where a login system puts those of real ones.</summary>
internal static class DemoUsers
{
    public const string App = "default";

    public static async Task StoreAsync(IReadOnlyDictionary<string, string> users, Tokens.TokensClient tokens, CancellationToken cancellationToken)
    {
        foreach (var (user, token) in users)
        {
            await tokens.IssueAsync(new IssueTokenRequest { App = App, User = user, Token = token }, cancellationToken: cancellationToken);
        }
    }
}
