using System.Globalization;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Connections;

/// <summary>What 101 says.</summary>
internal static class VerifyAnswers
{
    private static readonly string[] HeartbeatAck = [Features.HeartbeatAck];
    private static readonly string[] Ack = [Features.Ack];
    private static readonly string[] Both = [Features.HeartbeatAck, Features.Ack];

    /// <param name="session">Whose it is.</param>
    /// <param name="id">The client's own name of the request.</param>
    /// <param name="ticket">The ticket for the next time; empty = none.</param>
    /// <param name="resumed">Register took the ticket that the client showed.</param>
    /// <param name="parts">What all connections share.</param>
    public static VerifyResult Welcome(Session session, string id, string ticket, bool resumed, ConnectionParts parts)
    {
        var policy = session.App.Policy;
        return new VerifyResult
        {
            Code = 1,
            Session = string.Create(CultureInfo.InvariantCulture, $"{session.Incarnation:x16}-{session.Number:x}"),
            HeartbeatMs = session.HeartbeatMs,
            ServerTimeMs = parts.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            Limits = new Limits { MaxFrameBytes = parts.MaxFrameBytes, SilenceLimitMs = policy.SilenceLimit(session.HeartbeatMs) },
            Features = (session.WantsHeartbeatAck, session.WantsAck) switch
            {
                (true, true) => Both,
                (true, false) => HeartbeatAck,
                (false, true) => Ack,
                _ => [],
            },
            Id = id,
            Resume = ticket,
            Resumed = resumed,

            // A token that ends at once says so too: 0 would mean that it has no end.
            TokenExpiresMs = session.Token is { } token ? Math.Max(1, token.LeftMs(parts.Time.GetUtcNow())) : 0,
        };
    }

    /// <summary>Clients of the chat protocol know the code only.</summary>
    public static VerifyResult Refusal(bool isChatClient, string id, Code reason, TimeSpan retryAfter) => isChatClient
        ? new VerifyResult { Code = 0 }
        : new VerifyResult
        {
            Code = 0,
            Reason = CodeTable.NameOf(reason),
            Id = id,
            RetryAfterMs = (uint)retryAfter.TotalMilliseconds,
        };
}
