using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Formats;

/// <summary>The loop that reads every body in every format.</summary>
internal static class BodyFields
{
    public static void Read<TBody, TReader>(ref TBody body, ref TReader reader)
        where TBody : IBody<TBody>, new()
        where TReader : IBodyReader, allows ref struct
    {
        while (reader.TryReadField(TBody.Fields, out var field))
        {
            body.ReadField(field, ref reader);
        }
    }
}
