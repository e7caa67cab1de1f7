namespace Microservices.Client.Receiving;

/// <summary>Who acknowledges kept messages.</summary>
public enum AcknowledgeMode
{
    /// <summary>The client, after the handler has finished and the cursor is saved: at least once.</summary>
    AfterHandler = 0,

    /// <summary>The gateway, when it has handed a message to the network: what is under way when the link breaks is lost.</summary>
    WhenSent = 1,
}
