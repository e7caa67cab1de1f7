using System.Buffers;
using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

/// <summary>Moves bytes between pipes and a stream, such as a TLS stream.</summary>
internal sealed class StreamPump(Stream stream, PipeOptions? send, PipeOptions? receive) : DuplexPump(send, receive)
{
    private const int MaxChunk = 64 * 1024;

    public override void Dispose()
    {
        base.Dispose();
        stream.Dispose();
    }

    internal void Begin() => Start();

    private protected override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => stream.ReadAsync(buffer);

    private protected override async ValueTask SendAsync(ReadOnlySequence<byte> data)
    {
        if (data.IsSingleSegment)
        {
            await stream.WriteAsync(data.First).ConfigureAwait(false);
        }
        else
        {
            await WriteGatheredAsync(data).ConfigureAwait(false);
        }

        await stream.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Many short segments would each become a record of their own on a TLS stream: they are copied together.</summary>
    private async ValueTask WriteGatheredAsync(ReadOnlySequence<byte> data)
    {
        var chunk = ArrayPool<byte>.Shared.Rent((int)Math.Min(data.Length, MaxChunk));
        while (!data.IsEmpty)
        {
            var part = data.Slice(0, Math.Min(data.Length, chunk.Length));
            part.CopyTo(chunk);
            await stream.WriteAsync(chunk.AsMemory(0, (int)part.Length)).ConfigureAwait(false);
            data = data.Slice(part.Length);
        }

        // Not returned after a failure: the stream may still hold on to it.
        ArrayPool<byte>.Shared.Return(chunk);
    }
}
