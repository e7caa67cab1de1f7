using Google.Protobuf;
using Grpc.Core;

namespace Microservices.Center.Http.Operations;

/// <summary>What the calls of a stream write to, before the writer of any message.</summary>
internal sealed class TypedWriter<TMessage>(IServerStreamWriter<IMessage> writer) : IServerStreamWriter<TMessage>
    where TMessage : IMessage
{
    public WriteOptions? WriteOptions
    {
        get => writer.WriteOptions;
        set => writer.WriteOptions = value;
    }

    public Task WriteAsync(TMessage message) => writer.WriteAsync(message);

    public Task WriteAsync(TMessage message, CancellationToken cancellationToken) => writer.WriteAsync(message, cancellationToken);
}
