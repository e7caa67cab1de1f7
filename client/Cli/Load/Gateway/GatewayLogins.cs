using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Users;
using Microservices.Protocol.Bodies;

namespace Microservices.Cli.Load.Gateway;

/// <summary>How the connections of a run log in, and what they are answered.</summary>
internal sealed class GatewayLogins(LoadSettings settings, IReadOnlyList<LoadUser> users)
{
    private readonly string[] _features = FeaturesOf(settings);

    /// <summary>Heartbeats are answered.</summary>
    public bool WantsHeartbeatAcks => settings.HeartbeatAcks;

    /// <summary>The verify of a connection.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="resume">The ticket of its last session; empty = none.</param>
    public Verify VerifyOf(int index, string resume) => new()
    {
        App = settings.App,
        User = users[index].Name,
        Token = users[index].Token,
        Sdk = "load",
        Features = _features,
        HeartbeatMs = (uint)settings.HeartbeatToPropose.TotalMilliseconds,
        Resume = resume,
    };

    public void Judge(LoadConnection connection, GatewayState state, VerifyResult result)
    {
        if (result.Code != 1)
        {
            connection.IsRefused = result.RetryAfterMs == 0;
            connection.RetryAfter = result.RetryAfterMs > 0 ? TimeSpan.FromMilliseconds(result.RetryAfterMs) : null;
            connection.Fail(result.Reason.Length > 0 ? result.Reason : "refused");
            return;
        }

        if (connection.Phase != LoadPhase.Opening)
        {
            return;
        }

        if (result.HeartbeatMs > 0)
        {
            connection.Counters.ShortestHeartbeatMs = Math.Min(connection.Counters.ShortestHeartbeatMs, result.HeartbeatMs);
        }

        state.Acknowledges = result.Features.Contains(Features.Ack);
        state.Resume = settings.Reconnects ? result.Resume : "";
        connection.Ready(result.Resumed);
    }

    private static string[] FeaturesOf(LoadSettings settings)
    {
        var features = new List<string>();
        if (settings.Acknowledges)
        {
            features.Add(Features.Ack);
        }

        if (settings.HeartbeatAcks)
        {
            features.Add(Features.HeartbeatAck);
        }

        return [.. features];
    }
}
