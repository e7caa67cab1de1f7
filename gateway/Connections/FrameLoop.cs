using System.Buffers;
using System.IO.Pipelines;
using Microservices.Protocol;
using Microsoft.AspNetCore.Connections;

namespace Microservices.Gateway.Connections;

/// <summary>
/// Moves what a client sends, frame by frame, to the commands. A command may ask to read on only when something is done (a login, room
/// for an uplink): not reading is the backpressure, and keeps the order.
/// </summary>
internal static class FrameLoop
{
    /// <summary>Reads until the link ends; also while the connection is closing, so that the last frame is not lost to a reset.</summary>
    public static async Task RunAsync(Connection connection, ConnectionParts parts, PipeReader input)
    {
        try
        {
            while (true)
            {
                var result = await input.ReadAsync();
                var rest = result.Buffer;
                Task? pause = null;
                try
                {
                    pause = Handle(connection, parts, ref rest);
                }
                finally
                {
                    input.AdvanceTo(rest.Start, pause is null ? rest.End : rest.Start);
                }

                if (pause is not null)
                {
                    connection.Pause(true);
                    await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    connection.Pause(false);
                }
                else if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception fault) when (fault is ConnectionAbortedException or ConnectionResetException or IOException or ObjectDisposedException)
        {
            // The link broke, or was cut.
        }
        finally
        {
            connection.End();
        }
    }

    private static Task? Handle(Connection connection, ConnectionParts parts, ref ReadOnlySequence<byte> rest)
    {
        while (!connection.IsClosing)
        {
            try
            {
                if (!FrameDecoder.TryRead(ref rest, parts.MaxFrameBytes, out var header, out var body))
                {
                    return null;
                }

                if (parts.Commands.Handle(connection, header, body) is { IsCompleted: false } pause)
                {
                    return pause;
                }
            }
            catch (ProtocolException fault)
            {
                connection.Fault(fault);
            }
            catch (Exception fault)
            {
                Log.Failed(parts.Logger, fault, connection.RemoteAddress);
                connection.Close(Code.InternalError, "A fault of the server.");
            }
        }

        // Nothing is heard any more while the last frame is on its way.
        rest = rest.Slice(rest.End);
        return null;
    }
}
