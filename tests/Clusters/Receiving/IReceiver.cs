namespace Microservices.Clusters.Receiving;

/// <summary>A user with a client, and what its handler got.</summary>
public interface IReceiver
{
    TestUser User { get; }

    /// <summary>How many times it has logged in.</summary>
    int Logins { get; }

    int Count { get; }

    /// <summary>What the handler got, in the order in which it did.</summary>
    IReadOnlyList<Reception> Received { get; }

    /// <summary>The client's latest states, for the message of a failed test.</summary>
    string States { get; }
}
