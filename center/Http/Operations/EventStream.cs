using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microservices.Center.Http.Json;
using Microservices.Hosting.Problems;

namespace Microservices.Center.Http.Operations;

/// <summary>
/// Server-sent events. The answer begins with the first event, so that what is refused before is an answer with a status; what is refused later is an
/// event <c>error</c>, the last one. While nothing happens, a comment shows that the stream is alive.
/// </summary>
internal sealed class EventStream(HttpContext context, Operation operation, TimeSpan keepAlive, TimeProvider time) : IServerStreamWriter<IMessage>, IAsyncDisposable
{
    private const string ContentType = "text/event-stream";

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ended = new();
    private readonly ArrayBufferWriter<byte> _json = new();
    private Task _beats = Task.CompletedTask;

    /// <summary>With BufferHint an event goes on its way with those that follow it.</summary>
    public WriteOptions? WriteOptions { get; set; }

    private PipeWriter Body => context.Response.BodyWriter;

    public Task WriteAsync(IMessage message) => WriteAsync(message, context.RequestAborted);

    public async Task WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        var (name, data) = operation.Event!(message);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await BeginAsync(cancellationToken);
            WriteEvent(name, json => JsonMessageWriter.Write(json, data));
            if (WriteOptions is not { Flags: WriteFlags.BufferHint })
            {
                await Body.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The last event of a stream that is refused after it began.</summary>
    public async Task WriteErrorAsync(Problem problem, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            WriteEvent("error", problem.WriteTo);
            await Body.FlushAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _beats;
        _ended.Dispose();
        _turn.Dispose();
    }

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            return;
        }

        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";

        // For proxies that would collect the answer before they pass it on.
        response.Headers["X-Accel-Buffering"] = "no";
        await response.StartAsync(cancellationToken);
        _beats = BeatAsync();
    }

    private void WriteEvent(string name, Action<Utf8JsonWriter> write)
    {
        _json.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_json, JsonMessageWriter.Options))
        {
            write(json);
        }

        // JSON of this writer is one line.
        Encoding.UTF8.GetBytes($"event: {name}\ndata: ", Body);
        Body.Write(_json.WrittenSpan);
        Body.Write("\n\n"u8);
    }

    private async Task BeatAsync()
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, context.RequestAborted);
        using var timer = new PeriodicTimer(keepAlive, time);
        try
        {
            while (await timer.WaitForNextTickAsync(either.Token))
            {
                // Who is writing now shows it well enough.
                if (!await _turn.WaitAsync(0, either.Token))
                {
                    continue;
                }

                try
                {
                    Body.Write(":\n\n"u8);
                    await Body.FlushAsync(either.Token);
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
        }
    }
}
