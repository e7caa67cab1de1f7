using Microservices.Center.Api;
using Microservices.Contracts.Center;

namespace Microservices.Center.Tokens;

internal static class TokenRules
{
    public const int MinTokenLength = 16;
    public const int MaxTokenLength = 512;

    public static void Check(IssueTokenRequest request)
    {
        Arguments.CheckUser(request.User);
        var token = request.Token;
        if (token.Length == 0)
        {
            return;
        }

        if (token.Length is < MinTokenLength or > MaxTokenLength)
        {
            throw Arguments.Invalid($"token: it has {token.Length} characters; it takes {MinTokenLength} to {MaxTokenLength}, or none to have one made.");
        }

        if (token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw Arguments.Invalid($"token: it has a character that is not visible ASCII.");
        }
    }
}
