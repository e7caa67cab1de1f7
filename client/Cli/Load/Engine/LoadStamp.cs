using System.Buffers.Text;
using System.Diagnostics;

namespace Microservices.Cli.Load.Engine;

/// <summary>
/// The moment at which a message was published, within its payload: <c>~t</c> and 16 hex digits of the machine's monotonic clock in ns, which all
/// processes of a machine share. Text, so that it survives whatever a protocol does with payloads.
/// </summary>
internal static class LoadStamp
{
    /// <summary>Bytes of a stamp.</summary>
    public const int Bytes = 18;

    private const int Digits = 16;

    private static ReadOnlySpan<byte> Mark => "~t"u8;

    /// <summary>The clock, ns.</summary>
    public static long Now => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    /// <summary>Writes a stamp.</summary>
    /// <param name="destination">At least <see cref="Bytes"/> long.</param>
    /// <param name="nanoseconds">The moment.</param>
    public static void Write(Span<byte> destination, long nanoseconds)
    {
        Mark.CopyTo(destination);
        Utf8Formatter.TryFormat(nanoseconds, destination[2..Bytes], out _, new('x', Digits));
    }

    /// <summary>Looks for the first stamp in a frame.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out long nanoseconds)
    {
        for (int at; (at = frame.IndexOf(Mark)) >= 0;)
        {
            frame = frame[(at + Mark.Length)..];
            if (frame.Length >= Digits && Utf8Parser.TryParse(frame[..Digits], out nanoseconds, out var read, 'x') && read == Digits)
            {
                return true;
            }
        }

        nanoseconds = 0;
        return false;
    }
}
