using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Connections;

/// <summary>What a refused verify means: a passing cause is tried again later, any other stops the client.</summary>
internal static class Refusal
{
    public static ConnectionEnd Of(VerifyResult answer)
    {
        var code = CodeTable.All.FirstOrDefault(row => row.Name == answer.Reason)?.Code ?? Code.WrongToken;
        var reason = answer.Reason.Length > 0 ? answer.Reason : CodeTable.NameOf(code);
        return Of(code, $"The server refused the login: {reason}.", TimeSpan.FromMilliseconds(answer.RetryAfterMs));
    }

    public static ConnectionEnd Of(Code code, string message, TimeSpan retryAfter)
    {
        var action = CodeTable.ActionOf(code) switch
        {
            ClientAction.Continue when retryAfter > TimeSpan.Zero || code is Code.TryLater or Code.RateLimited => ClientAction.BackOff,
            ClientAction.Continue => ClientAction.Stop,
            var byRange => byRange,
        };
        return new ConnectionEnd(action, code, message) { RetryAfter = retryAfter };
    }
}
