using Microservices.Center.ApiKeys;

namespace Microservices.Center.Console.Sessions;

/// <summary>A person who has logged in with a key. The key itself is not kept: its id and hash are, and name it in the ring.</summary>
/// <param name="Id">128 random bits.</param>
/// <param name="Key">As it is in the ring now.</param>
internal sealed record ConsoleSession(string Id, ApiKey Key, DateTimeOffset Begun, DateTimeOffset Used);
