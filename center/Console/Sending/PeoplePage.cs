namespace Microservices.Center.Console.Sending;

/// <summary>A page of who is online.</summary>
/// <param name="Next">Where the next one begins; empty = there is none.</param>
/// <param name="IsComplete">False: people may be missing in it.</param>
/// <param name="Searched">How many connections a search looked through.</param>
internal sealed record PeoplePage(IReadOnlyList<Person> People, string Next = "", bool IsComplete = true, int Searched = 0)
{
    /// <summary>Why there is no list, in plain words; null when there is one.</summary>
    public string? Fault { get; init; }
}
