using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Microservices.Center.Http.Operations;
using Microservices.Hosting.Problems;

namespace Microservices.Center.Http.OpenApi;

/// <summary>The document that /v1/openapi.json serves and docs/openapi.json keeps, made of the table of operations and of center.proto.</summary>
internal static class OpenApiDocument
{
    private const string ProblemName = "Problem";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document, with a newline at its end.</summary>
    public static string Text { get; } = $"{Make().ToJsonString(Indented)}\n";

    private static JsonObject Make()
    {
        var schemas = new OpenApiSchemas();
        schemas.Add(ProblemName, ProblemSchema());
        var paths = new JsonObject();
        foreach (var path in OperationTable.All.GroupBy(static operation => operation.Path))
        {
            paths[path.Key] = new JsonObject(path.Select(operation => KeyValuePair.Create(operation.Verb.ToLowerInvariant(), (JsonNode?)ToJson(operation, schemas))));
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Center",
                ["version"] = "1",
                ["description"] = "What internal apps call: push, kick, presence, tokens, apps, kept messages. How it is used, with an example of each call: docs/http-api.md.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }),
            ["tags"] = new JsonArray([.. OperationTable.All.Select(static operation => operation.Tag).Distinct().Select(static tag => (JsonNode)new JsonObject { ["name"] = tag })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key: mk_<id>_<secret>. What it must allow is said by x-scope." },
                },
                ["schemas"] = schemas.ToJson(),
            },
        };
    }

    private static JsonObject ToJson(Operation operation, OpenApiSchemas schemas)
    {
        var json = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["tags"] = new JsonArray(operation.Tag),
            ["summary"] = operation.Summary,
        };
        if (ProtoComments.Of(operation.Rpc) is { } comment)
        {
            json["description"] = comment;
        }

        json["x-scope"] = operation.Scope;
        if (OpenApiParameters.Of(operation, schemas) is { Count: > 0 } parameters)
        {
            json["parameters"] = parameters;
        }

        if (operation.Body != RequestBody.None)
        {
            json["requestBody"] = new JsonObject
            {
                ["required"] = operation.Body == RequestBody.Required,
                ["content"] = Content(JsonAnswer.ContentType, schemas.Reference(operation.BodyMessage, $"{operation.Rpc.Name}Body", isAnswer: false, OpenApiParameters.InPath(operation))),
            };
        }

        json["responses"] = new JsonObject
        {
            [$"{operation.Status}"] = operation.Event is null ? Answer(operation, schemas) : Events(operation, schemas),
            ["default"] = new JsonObject
            {
                ["description"] = "What is wrong, by a code of the table of codes.",
                ["content"] = Content(Problem.ContentType, new JsonObject { ["$ref"] = $"#/components/schemas/{ProblemName}" }),
            },
        };
        return json;
    }

    private static JsonObject Answer(Operation operation, OpenApiSchemas schemas)
    {
        var answer = new JsonObject { ["description"] = operation.Summary };
        var headers = new JsonObject();
        if (operation.HasRevision)
        {
            headers["ETag"] = Header("The revision of the app, for If-Match.");
        }

        if (operation.Location is not null)
        {
            headers["Location"] = Header("Where the job is read.");
        }

        if (headers.Count > 0)
        {
            answer["headers"] = headers;
        }

        answer["content"] = Content(JsonAnswer.ContentType, schemas.Reference(operation.Reply, operation.Reply.Name, isAnswer: true));
        return answer;
    }

    private static JsonObject Events(Operation operation, OpenApiSchemas schemas) => new()
    {
        ["description"] = $"Server-sent events {string.Join(", ", operation.Events.Keys)}, whose data is what x-events says; error, a problem, is the last one of a stream that can't go on.",
        ["content"] = Content("text/event-stream", new JsonObject { ["type"] = "string" }),
        ["x-events"] = new JsonObject(operation.Events
            .Select(happened => KeyValuePair.Create(happened.Key, (JsonNode?)schemas.Reference(happened.Value, happened.Value.Name, isAnswer: true)))
            .Append(KeyValuePair.Create("error", (JsonNode?)new JsonObject { ["$ref"] = $"#/components/schemas/{ProblemName}" }))),
    };

    private static JsonObject Content(string type, JsonObject schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Header(string description) => new() { ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string" } };

    private static JsonObject ProblemSchema() => new()
    {
        ["type"] = "object",
        ["description"] = "RFC 9457.",
        ["properties"] = new JsonObject
        {
            ["type"] = new JsonObject { ["type"] = "string", ["description"] = "urn:microservices:problem: and the reason." },
            ["title"] = new JsonObject { ["type"] = "string" },
            ["status"] = new JsonObject { ["type"] = "integer" },
            ["detail"] = new JsonObject { ["type"] = "string", ["description"] = "What, value and limit." },
            ["code"] = new JsonObject { ["type"] = "integer", ["description"] = "A number of the table of codes." },
            ["reason"] = new JsonObject { ["type"] = "string", ["description"] = "Its name there." },
            ["field"] = new JsonObject { ["type"] = "string", ["description"] = "Where it stands in the request, where that is known." },
        },
        ["required"] = new JsonArray("type", "title", "status", "detail", "code", "reason"),
    };
}
