using Microservices.Contracts.Bus;

namespace Microservices.Center.Tests.Support;

/// <summary>Messages as a gateway sends them up.</summary>
internal static class Uplink
{
    public const ulong Room = 0x0A;

    public static UplinkMessage Chat(string from, ulong counter, string[] to, uint? command = null, long? receivedUnixMs = null, ulong room = Room) => new()
    {
        App = "default",
        User = from,
        Incarnation = room,
        Session = new SessionKey { Session = SessionOf(from), Epoch = 1_000 + SessionOf(from) },
        Counter = counter,
        ReceivedUnixMs = receivedUnixMs ?? DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        Chat = new ChatRequest { Command = command ?? (to.Length == 1 ? 2u : 3u), RequestId = $"r{counter}", ChatTo = { to }, ChatContent = $"{from} {counter}" },
    };

    /// <summary>The session that each sender has.</summary>
    public static ulong SessionOf(string user) => user == "ann" ? 7u : 1_000u + (uint)user.Sum(letter => letter);
}
