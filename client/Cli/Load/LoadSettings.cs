using System.Net;

namespace Microservices.Cli.Load;

/// <summary>What a load run is to do.</summary>
/// <param name="Users">Prefix of the users' names; a number follows.</param>
/// <param name="Rate">Connections begun per second.</param>
/// <param name="Duration">How long to hold them once they are open; null = until Ctrl+C.</param>
/// <param name="Heartbeat">The longest time between heartbeats; the server may ask for a shorter one.</param>
/// <param name="Acknowledges">Kept messages are acknowledged.</param>
/// <param name="Sources">Local addresses to connect from; empty = the system's choice.</param>
internal sealed record LoadSettings(
    string App, string Users, int Connections, int Rate, TimeSpan? Duration, TimeSpan Heartbeat, bool Acknowledges, IReadOnlyList<IPAddress> Sources)
{
    public string UserOf(int index) => $"{Users}{index}";
}
