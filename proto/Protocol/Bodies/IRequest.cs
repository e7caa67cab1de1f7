namespace Microservices.Protocol.Bodies;

/// <summary>A body with an id that its result and its error echo.</summary>
public interface IRequest
{
    /// <summary>The client's own name for the request; empty when it gave none.</summary>
    string Id { get; }
}
