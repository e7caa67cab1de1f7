using System.IO.Pipelines;

namespace Microservices.Benchmarks.Peers;

/// <summary>Writes to a connection from its reader and from broadcasts.</summary>
internal sealed class FrameConnection(PipeWriter output)
{
    public const int HeaderBytes = 12;

    private readonly Lock _writing = new();

    /// <summary>It asked for answers to its heartbeats.</summary>
    public bool Answers { get; set; }

    /// <summary>Done at once unless the client is 64 KB behind.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        ValueTask<FlushResult> flush;
        lock (_writing)
        {
            flush = output.WriteAsync(bytes);
        }

        return flush.IsCompletedSuccessfully ? ValueTask.CompletedTask : WaitAsync(flush);
    }

    private static async ValueTask WaitAsync(ValueTask<FlushResult> flush) => await flush;
}
