namespace Microservices.Protocol.Formats;

/// <summary>How protobuf writes a field's value. Groups (3 and 4) are not spoken.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Delimited = 2,
    Fixed32 = 5,
}
