namespace Microservices.Center.Console.Sending;

/// <summary>How many get a message.</summary>
internal enum Audience
{
    One,
    Several,
    Everybody,
}
