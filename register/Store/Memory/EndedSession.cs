using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory;

/// <summary>What is kept of an ended session.</summary>
/// <param name="Floor">The lowest epoch that may come back.</param>
/// <param name="Epoch">0: nothing is known but the floor.</param>
internal sealed record EndedSession(ulong Floor, ulong Epoch, long EndedAtMs, long LastSeenMs, uint Code, string Device, string RemoteAddress)
{
    public static EndedSession OnlyFloor(long nowMs) => new(0, 0, nowMs, 0, 0, "", "");

    public LastSession ToLast() => new() { Device = Device, RemoteAddress = RemoteAddress, LastSeenUnixMs = LastSeenMs, Code = Code, Epoch = Epoch };
}
