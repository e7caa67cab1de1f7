namespace Microservices.Dispatcher.Rooms;

/// <summary>The transports that rooms are reached by; an index into a <see cref="RoomTable"/>.</summary>
internal static class Transports
{
    public const string Default = "tcp";

    /// <summary>As a message lists them.</summary>
    public const string Listed = "tcp, tls, ws or wss";

    private static readonly string[] Names = ["tcp", "tls", "ws", "wss"];

    public static int Count => Names.Length;

    public static string NameOf(int transport) => Names[transport];

    /// <summary>False: there is no such transport.</summary>
    public static bool TryFind(ReadOnlySpan<char> name, out int transport)
    {
        for (transport = 0; transport < Names.Length; transport++)
        {
            if (name.SequenceEqual(Names[transport]))
            {
                return true;
            }
        }

        return false;
    }
}
