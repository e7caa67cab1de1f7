using System.Globalization;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Connections;

/// <summary>What 101 and 114 say.</summary>
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
            Session = NameOf(session),
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
            TokenExpiresMs = TokenExpiresMs(session, parts),
        };
    }

    /// <summary>What 114 says of a session that begins, or goes on with another token: as <see cref="Welcome"/> of the first one.</summary>
    public static BindResult Bound(Session session, string id, string ticket, bool resumed, ConnectionParts parts) => new()
    {
        Code = 1,
        App = session.App.Name,
        Session = NameOf(session),
        Resume = ticket,
        Resumed = resumed,
        Features = session.WantsAck ? Ack : [],
        Id = id,
        TokenExpiresMs = TokenExpiresMs(session, parts),
    };

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

    /// <summary>A token that ends at once says so too: 0 means that it has no end.</summary>
    private static uint TokenExpiresMs(Session session, ConnectionParts parts) => session.Token is { } token ? Math.Max(1, token.LeftMs(parts.Time.GetUtcNow())) : 0;

    private static string NameOf(Session session) => string.Create(CultureInfo.InvariantCulture, $"{session.Incarnation:x16}-{session.Number:x}");
}
