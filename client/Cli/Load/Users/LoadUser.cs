namespace Microservices.Cli.Load.Users;

/// <summary>Who a connection logs in as.</summary>
/// <param name="Name">The user.</param>
/// <param name="Token">What proves it. Never shown.</param>
internal sealed record LoadUser(string Name, string Token);
