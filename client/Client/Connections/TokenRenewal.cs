using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Connections;

/// <summary>
/// Asks for the next token before the present one ends, and verifies with it on the live connection. What fails is tried again in what time is left,
/// sooner and sooner; when none is left the server closes the connection, and the next login asks anew.
/// </summary>
internal sealed class TokenRenewal(Connection connection, PushClientOptions options, Credentials credentials, Func<string, CancellationToken, Task<VerifyResult>> verify)
{
    private const uint Verified = 1;

    /// <summary>Renewed so long before the end, where the token lives long enough: time for several tries.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMinutes(1);

    internal static readonly TimeSpan MinPause = TimeSpan.FromSeconds(1);

    /// <summary>Renews until the connection ends, or until there is nothing to renew.</summary>
    /// <param name="expiresMs">What the server said last: the token ends in so many ms; 0 = it has no end.</param>
    /// <param name="cancellationToken">The connection has ended.</param>
    public async Task RunAsync(uint expiresMs, CancellationToken cancellationToken)
    {
        if (!credentials.CanRenew)
        {
            return;
        }

        var time = options.TimeProvider;
        var (told, lifetime) = (time.GetTimestamp(), TimeSpan.FromMilliseconds(expiresMs));
        while (lifetime - time.GetElapsedTime(told) is var left && left > MinPause)
        {
            await Task.Delay(PauseFor(left), time, cancellationToken);
            if (await TryRenewAsync(cancellationToken) is { } renewed)
            {
                (told, lifetime) = (time.GetTimestamp(), TimeSpan.FromMilliseconds(renewed.TokenExpiresMs));
            }
        }
    }

    /// <summary>At most three quarters of what is left, spread, so that clients whose tokens end together do not ask together.</summary>
    internal static TimeSpan PauseFor(TimeSpan left)
    {
        var lead = left / 4 < Lead ? left / 4 : Lead;
        var pause = left - (lead * (1 + Random.Shared.NextDouble()));
        return pause > MinPause ? pause : MinPause;
    }

    private async Task<VerifyResult?> TryRenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await verify(await credentials.GetAsync(cancellationToken), cancellationToken);
            return answer.Code == Verified ? answer : null;
        }
        catch (TokenException)
        {
            return null;
        }
        catch (TimeoutException fault)
        {
            connection.End(ConnectionEnd.Lost(fault.Message));
            return null;
        }
    }
}
