using System.Buffers;
using System.Text.Json;
using Microservices.Protocol.Bodies;
using Microservices.Protocol.Formats;

namespace Microservices.Protocol;

/// <summary>Reads the bodies of frames.</summary>
public static class FrameBody
{
    /// <summary>Reads the body of a frame. No bytes at all are a body without fields.</summary>
    /// <param name="header">The frame's header.</param>
    /// <param name="body">The frame's body; nothing of it is kept.</param>
    /// <exception cref="ProtocolException">
    /// <see cref="Code.MalformedBody"/>, with the command, and the request's id where it was read before the fault.
    /// <see cref="Code.UnsupportedVersion"/>: 3 to 99 are reserved.
    /// </exception>
    public static TBody Read<TBody>(in FrameHeader header, in ReadOnlySequence<byte> body)
        where TBody : IBody<TBody>, new()
    {
        if (body.IsSingleSegment)
        {
            return Read<TBody>(header, body.FirstSpan);
        }

        var copy = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            body.CopyTo(copy);
            return Read<TBody>(header, copy.AsSpan(0, (int)body.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private static TBody Read<TBody>(FrameHeader header, ReadOnlySpan<byte> bytes)
        where TBody : IBody<TBody>, new()
    {
        var body = new TBody();
        try
        {
            if (ProtocolVersion.FormatOf(header.Version) == BodyFormat.Json)
            {
                ReadJson(ref body, bytes);
            }
            else
            {
                var reader = new ProtobufBodyReader(bytes);
                BodyFields.Read(ref body, ref reader);
            }

            return body;
        }
        catch (ProtocolException fault)
        {
            fault.AddOrigin(header, body is IRequest { Id: { Length: > 0 } id } ? id : null);
            throw;
        }
    }

    private static void ReadJson<TBody>(ref TBody body, ReadOnlySpan<byte> bytes)
        where TBody : IBody<TBody>, new()
    {
        try
        {
            var reader = new JsonBodyReader(bytes);
            BodyFields.Read(ref body, ref reader);
            reader.End();
        }
        catch (JsonException fault)
        {
            // Its own text may quote what was sent.
            throw new ProtocolException(Code.MalformedBody, $"The JSON does not parse: line {fault.LineNumber}, byte {fault.BytePositionInLine}.");
        }
    }
}
