using Microservices.Protocol;

namespace Microservices.Clusters.Crowds;

/// <summary>How a connection ended.</summary>
/// <param name="Position">When, as a place in the order of everything that this process saw.</param>
/// <param name="Code">What the server said last; None: it said nothing.</param>
/// <param name="ByServer">False: this side closed it.</param>
/// <param name="AfterMs">The pause that the server asked for.</param>
public sealed record ConnectionEnd(long Position, Code Code, bool ByServer, uint AfterMs);
