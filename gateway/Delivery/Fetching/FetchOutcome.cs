namespace Microservices.Gateway.Delivery.Fetching;

/// <summary>What became of a fetch. A closed list: each is a tag value of metrics.</summary>
internal enum FetchOutcome
{
    /// <summary>The page went out.</summary>
    Answered = 0,

    /// <summary>The client asked for what there is not.</summary>
    Refused = 1,

    /// <summary>The log can't be read now.</summary>
    TryLater = 2,
}
