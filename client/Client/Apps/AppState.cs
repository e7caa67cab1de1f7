using Microservices.Protocol;

namespace Microservices.Client.Apps;

/// <summary>The state of a further app has changed.</summary>
/// <param name="App">The app.</param>
/// <param name="Phase">What became of it.</param>
public sealed record AppState(string App, AppPhase Phase)
{
    /// <summary>Bound: the session's name.</summary>
    public string Session { get; init; } = "";

    /// <summary>Bound: the former session goes on, taken over with its resume ticket.</summary>
    public bool Resumed { get; init; }

    /// <summary>Waiting and ended: why.</summary>
    public Code Code { get; init; }

    /// <summary>Waiting and ended: why, for people.</summary>
    public string Message { get; init; } = "";
}
