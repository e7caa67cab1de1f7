using System.Text.Json.Nodes;
using Microservices.Center.Http.Operations;

namespace Microservices.Center.Http.OpenApi;

/// <summary>What stands in path, query and headers of an operation.</summary>
internal static class OpenApiParameters
{
    public static JsonArray Of(Operation operation, OpenApiSchemas schemas)
    {
        var parameters = new JsonArray();
        foreach (var name in InPath(operation))
        {
            parameters.Add(Parameter(name, "path", new JsonObject { ["type"] = "string" }, ProtoComments.Of(operation.BodyMessage.FindFieldByName(name)), isRequired: true));
        }

        foreach (var (name, fieldName) in operation.Query)
        {
            var field = operation.Request.FindFieldByName(fieldName);
            var schema = schemas.Single(field, isAnswer: false);
            parameters.Add(Parameter(
                name, "query", field.IsRepeated ? new JsonObject { ["type"] = "array", ["items"] = schema } : schema, ProtoComments.Of(field)));
        }

        if (operation.KeyField is { } key)
        {
            parameters.Add(Header(RequestBinder.IdempotencyKey, $"As {key} in the body. {ProtoComments.Of(operation.Request.FindFieldByName(key))}"));
        }

        if (operation is { HasRevision: true, Body: not RequestBody.None })
        {
            parameters.Add(Header("If-Match", "The ETag of the revision that is to be replaced; 412 when it is another one."));
            parameters.Add(Header("If-None-Match", "*: only if there is none; 412 when there is."));
        }

        return parameters;
    }

    public static string[] InPath(Operation operation) =>
        [.. operation.Path.Split('/').Where(static part => part.StartsWith('{')).Select(static part => part[1..^1])];

    private static JsonObject Header(string name, string description) => Parameter(name, "header", new JsonObject { ["type"] = "string" }, description);

    private static JsonObject Parameter(string name, string place, JsonObject schema, string? description, bool isRequired = false)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = isRequired, ["schema"] = schema };
        if (description is not null)
        {
            parameter["description"] = description;
        }

        return parameter;
    }
}
