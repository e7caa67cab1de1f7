namespace Microservices.Integration.Tests.Faults;

/// <summary>Tests with a cluster of their own, one after the other: each is nearly ten processes.</summary>
[CollectionDefinition(Name)]
public sealed class FaultCollection
{
    public const string Name = "faults";
}
