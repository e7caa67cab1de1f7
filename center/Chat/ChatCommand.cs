namespace Microservices.Center.Chat;

/// <summary>The chat commands of the client protocol, and what metrics call them.</summary>
internal static class ChatCommand
{
    public const uint One = 2;
    public const uint Several = 3;
    public const uint All = 4;

    public static string NameOf(uint command) => command switch
    {
        One => "one",
        Several => "several",
        All => "all",
        _ => "unknown",
    };
}
