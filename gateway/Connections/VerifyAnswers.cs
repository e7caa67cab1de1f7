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

    public static VerifyResult Welcome(LoginAttempt login, Session session, ConnectionParts parts)
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
            Id = login.Id,
            Resume = login.NextTicket,
            Resumed = login.IsResumed,
        };
    }

    /// <summary>Clients of the chat protocol know the code only.</summary>
    public static VerifyResult Refusal(LoginAttempt login, Code reason, TimeSpan retryAfter) => login.IsChatClient
        ? new VerifyResult { Code = 0 }
        : new VerifyResult
        {
            Code = 0,
            Reason = CodeTable.NameOf(reason),
            Id = login.Id,
            RetryAfterMs = (uint)retryAfter.TotalMilliseconds,
        };
}
