using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

public static class StreamConnection
{
    public static IDuplexPipe GetDuplex(Stream stream, PipeOptions? sendPipeOptions, PipeOptions? receivePipeOptions, string? name = null)
    {
        var pump = new StreamPump(stream, sendPipeOptions, receivePipeOptions);
        pump.Begin();
        return pump;
    }

    public static PipeReader GetReader(Stream stream, PipeOptions? pipeOptions = null, string? name = null) => PipeReader.Create(stream);
}
