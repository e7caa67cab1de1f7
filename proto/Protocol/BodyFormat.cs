namespace Microservices.Protocol;

/// <summary>How a body is written.</summary>
public enum BodyFormat
{
    /// <summary>UTF-8 JSON: versions 0, 1, and 100 and above.</summary>
    Json = 0,

    /// <summary>Protobuf, schema proto/client.proto: version 2.</summary>
    Protobuf = 1,
}
