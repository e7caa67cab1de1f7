using System.Text.Json.Serialization;

namespace Microservices.Client.Endpoints;

/// <summary>Source-generated, so that the SDK can be trimmed.</summary>
[JsonSerializable(typeof(DispatcherAnswer))]
internal sealed partial class DispatcherJson : JsonSerializerContext;
