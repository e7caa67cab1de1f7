namespace Microservices.Benchmarks.Peers.Protocols;

/// <summary>Records of SignalR's JSON protocol: JSON that ends with a record separator.</summary>
internal static class SignalRWire
{
    public const byte RecordSeparator = 0x1E;

    public static ReadOnlySpan<byte> Handshake => "{\"protocol\":\"json\",\"version\":1}\u001e"u8;

    public static ReadOnlySpan<byte> Ping => "{\"type\":6}\u001e"u8;

    /// <summary>Reads one record, without its separator. Returns how many bytes it has, 0 when it isn't complete yet.</summary>
    public static int TryRead(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> record)
    {
        var end = bytes.IndexOf(RecordSeparator);
        record = end < 0 ? default : bytes[..end];
        return end + 1;
    }

    /// <summary>What the server begins every record with: its type.</summary>
    public static SignalRRecord KindOf(ReadOnlySpan<byte> record) =>
        record.StartsWith("{\"type\":1,"u8) ? SignalRRecord.Invocation
        : record.SequenceEqual("{\"type\":6}"u8) ? SignalRRecord.Ping
        : record.SequenceEqual("{}"u8) ? SignalRRecord.Welcome
        : SignalRRecord.Other;
}

/// <summary>Kinds of records that a client that only listens meets.</summary>
internal enum SignalRRecord
{
    /// <summary>A close, or a handshake that was refused.</summary>
    Other,
    Welcome,
    Invocation,
    Ping,
}
