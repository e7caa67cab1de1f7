namespace Microservices.Center.Console.Pages;

/// <summary>On an endpoint: nobody has to be logged in.</summary>
internal sealed record OpenToAll;
