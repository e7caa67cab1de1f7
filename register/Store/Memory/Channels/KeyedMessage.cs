namespace Microservices.Register.Store.Memory.Channels;

/// <summary>What a key names.</summary>
internal sealed record KeyedMessage(byte[] Digest, LogPosition Position, long ExpiresUnixMs, string MessageId)
{
    public AppendOutcome Repeat(Append append, bool isWaiting) => append.Digest.Span.SequenceEqual(Digest)
        ? new AppendOutcome(AppendState.Repeated, Position, ExpiresUnixMs, MessageId, !isWaiting, [])
        : AppendOutcome.Refused(AppendState.KeyReused, append.MessageId);
}
