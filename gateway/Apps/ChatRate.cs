namespace Microservices.Gateway.Apps;

/// <summary>How much chat one session may send.</summary>
/// <param name="PerSecond">In the long run.</param>
/// <param name="Burst">At once, after a pause.</param>
internal readonly record struct ChatRate(uint PerSecond, uint Burst);
