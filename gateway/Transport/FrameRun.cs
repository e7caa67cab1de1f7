namespace Microservices.Gateway.Transport;

/// <summary>Numbered frames that stand one behind the other, so that any number of them to the end leaves in one send.</summary>
/// <param name="First">The number of the first.</param>
/// <param name="Bytes">Their bytes, and perhaps more.</param>
/// <param name="Ends">Where each ends in <paramref name="Bytes"/>; perhaps more.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct FrameRun(long First, ReadOnlyMemory<byte> Bytes, int[] Ends, int Count)
{
    /// <summary>The number behind the last.</summary>
    public long End => First + Count;

    /// <summary>The frames from <paramref name="number"/> to the end.</summary>
    public ReadOnlySpan<byte> From(long number)
    {
        var start = StartOf(number);
        return Count == 0 ? [] : Bytes.Span[start..Ends[Count - 1]];
    }

    /// <summary>One frame.</summary>
    public ReadOnlySpan<byte> Of(long number) => Bytes.Span[StartOf(number)..Ends[number - First]];

    private int StartOf(long number) => number <= First ? 0 : Ends[number - First - 1];
}
