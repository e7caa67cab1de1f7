namespace Microservices.Register.Channels;

/// <summary>How much one call may ask for.</summary>
internal static class ChannelLimits
{
    public const int MaxAppends = 1_000;
    public const int MaxReaders = 1_000;
    public const int MaxReads = 1_000;
    public const int MaxAcks = 10_000;

    public const int MaxKeyLength = 128;
    public const int MaxIdLength = 64;

    /// <summary>What a message may hold beside its payload: id, type, content type, sender, bytes.</summary>
    public const int MaxEnvelopeBytes = 1_024;

    public const int MaxPageMessages = 1_000;
    public const int DefaultPageMessages = 64;
    public const int DefaultPageBytes = 256 * 1024;

    /// <summary>Messages in one answer, bytes. One that begins below it comes whole, so that an answer stays under the limit of gRPC messages.</summary>
    public const int MaxReplyBytes = 2 * 1024 * 1024;

    /// <summary>
    /// Sessions in one answer to appends, bytes. What is appended can't be refused any more: sessions beyond are left out, and hear of their messages when these are due.
    /// </summary>
    public const int MaxSessionBytes = 3 * 1024 * 1024;

    public const int MaxLetters = 100;
    public const int DefaultLetters = 20;

    /// <summary>Epochs are microseconds; scripts hold them, and sequences, in doubles, exact up to here.</summary>
    public const ulong MaxPosition = (1ul << 53) - 1;
}
