using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory.Channels;

internal sealed record LogEntry(LogPosition Position, ReadOnlyMemory<byte> Content, long ExpiresUnixMs)
{
    public bool IsExpired(long nowMs) => ExpiresUnixMs <= nowMs;

    public StoredEntry ToStored() => new(Position, EntryKind.Message, Content, ExpiresUnixMs);
}
