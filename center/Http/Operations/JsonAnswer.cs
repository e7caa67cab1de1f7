using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microservices.Center.Http.Json;
using Microservices.Contracts.Center;

namespace Microservices.Center.Http.Operations;

/// <summary>The one answer of an operation.</summary>
internal sealed class JsonAnswer(HttpContext context, Operation operation) : IServerStreamWriter<IMessage>
{
    public const string ContentType = "application/json";

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(IMessage message) => WriteAsync(message, context.RequestAborted);

    public async Task WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body, JsonMessageWriter.Options))
        {
            JsonMessageWriter.Write(json, message);
        }

        var response = context.Response;
        response.StatusCode = operation.Status;
        response.ContentType = ContentType;
        response.ContentLength = body.WrittenCount;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (operation.HasRevision && message is AppDescription app)
        {
            response.Headers.ETag = Preconditions.TagOf(app);
        }

        if (operation.Location is not null)
        {
            response.Headers.Location = operation.Location(message);
        }

        await response.Body.WriteAsync(body.WrittenMemory, cancellationToken);
    }
}
