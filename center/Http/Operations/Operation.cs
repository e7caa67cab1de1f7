using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microservices.Center.Api;
using Microservices.Center.ApiKeys;

namespace Microservices.Center.Http.Operations;

/// <summary>One verb on one path: an rpc of center.proto, and where its fields stand in a request.</summary>
internal sealed record Operation
{
    /// <summary>The rpc, and with several operations of one a word more: the operationId of OpenAPI, and what metrics and logs call it.</summary>
    public required string Id { get; init; }

    public required MethodDescriptor Rpc { get; init; }

    public required string Verb { get; init; }

    /// <summary>With <c>{field}</c> where a field of the request, or of what <see cref="BodyField"/> names, stands in the path.</summary>
    public required string Path { get; init; }

    public required string Scope { get; init; }

    public string Tag { get; init; } = "";

    public string Summary { get; init; } = "";

    public RequestBody Body { get; init; }

    /// <summary>The field that the body is; null = the body is the request itself.</summary>
    public string? BodyField { get; init; }

    /// <summary>What may stand in the query: parameter and field.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = NoQuery;

    /// <summary>The field that the header Idempotency-Key fills; null = the operation keeps no keys.</summary>
    public string? KeyField { get; init; }

    /// <summary>The revision of the reply is its ETag; of a request with a revision as condition, If-Match and If-None-Match fill it.</summary>
    public bool HasRevision { get; init; }

    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>The address of what was made, of the reply; null = nothing was.</summary>
    public Func<IMessage, string>? Location { get; init; }

    /// <summary>Events: what each is called, and the message that it shows. Null = one answer.</summary>
    public Func<IMessage, (string Name, IMessage Data)>? Event { get; init; }

    /// <summary>The names of events, and what their data is.</summary>
    public IReadOnlyDictionary<string, MessageDescriptor> Events { get; init; } = NoEvents;

    /// <summary>Runs the rpc; what it answers, once or many times, goes to the writer.</summary>
    public required Func<CenterApi, IMessage, ApiKey, IServerStreamWriter<IMessage>, CancellationToken, Task> Run { get; init; }

    public MessageDescriptor Request => Rpc.InputType;

    public MessageDescriptor Reply => Rpc.OutputType;

    /// <summary>The message that the body is.</summary>
    public MessageDescriptor BodyMessage => BodyField is null ? Request : Request.FindFieldByName(BodyField).MessageType;

    private static readonly IReadOnlyDictionary<string, string> NoQuery = new Dictionary<string, string>();
    private static readonly IReadOnlyDictionary<string, MessageDescriptor> NoEvents = new Dictionary<string, MessageDescriptor>();
}
