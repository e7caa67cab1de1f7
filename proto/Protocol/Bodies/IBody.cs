using Microservices.Protocol.Formats;

namespace Microservices.Protocol.Bodies;

/// <summary>A body of proto/client.proto, described once for every format. Text that is absent is empty, a number that is absent is 0.</summary>
/// <typeparam name="TSelf">The body itself.</typeparam>
public interface IBody<TSelf>
    where TSelf : IBody<TSelf>, new()
{
    /// <summary>The names of the fields by number.</summary>
    static abstract FieldTable Fields { get; }

    /// <summary>Takes the value of a field of <see cref="Fields"/> from the reader.</summary>
    /// <exception cref="ProtocolException"><see cref="Code.MalformedBody"/>: it has another type.</exception>
    void ReadField<TReader>(int field, ref TReader reader)
        where TReader : IBodyReader, allows ref struct;

    /// <summary>Writes every field, by number.</summary>
    void Write<TWriter>(ref TWriter writer)
        where TWriter : IBodyWriter, allows ref struct;
}
