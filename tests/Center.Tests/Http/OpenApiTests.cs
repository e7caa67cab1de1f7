using Microservices.Center.Http.OpenApi;
using Microservices.Center.Http.Operations;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Testing;
using Microsoft.OpenApi;

namespace Microservices.Center.Tests.Http;

public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_Served_IsTheCopyInDocs()
    {
        await using var world = await HttpWorld.StartAsync();
        using var http = new HttpCaller(world.Address, key: null);

        var served = await http.GetAsync("/v1/openapi.json");

        Assert.Equal((200, "application/json"), (served.Status, served.ContentType));
        Assert.True(
            await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "openapi.json"), TestContext.Current.CancellationToken) == served.Text,
            "docs/openapi.json is not what the center serves; make it anew: dotnet run --project center -- openapi > docs/openapi.json");
        (await http.PostAsync("/v1/openapi.json", "{}")).IsProblem(405, "method_not_allowed", "This path takes GET.");
    }

    [Fact]
    public void Document_IsValidAndHasEveryOperation()
    {
        var read = Microsoft.OpenApi.OpenApiDocument.Parse(Microservices.Center.Http.OpenApi.OpenApiDocument.Text, "json");

        Assert.Equal((OpenApiSpecVersion.OpenApi3_1, 0, 0), (read.Diagnostic!.SpecificationVersion, read.Diagnostic.Errors.Count, read.Diagnostic.Warnings.Count));
        var operations = read.Document!.Paths
            .SelectMany(path => path.Value.Operations!.Select(operation => $"{operation.Value.OperationId} {operation.Key} {path.Key}"));
        Assert.Equal(OperationTable.All.Select(operation => $"{operation.Id} {operation.Verb} {operation.Path}").Order(), operations.Order());
    }

    [Fact]
    public void Document_References_AreThere()
    {
        var text = Microservices.Center.Http.OpenApi.OpenApiDocument.Text;
        var schemas = System.Text.Json.Nodes.JsonNode.Parse(text)!["components"]!["schemas"]!.AsObject();
        var references = System.Text.RegularExpressions.Regex.Matches(text, "\"#/components/schemas/([^\"]+)\"").Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Equal(references.Order(), schemas.Select(schema => schema.Key).Order());
    }

    [Fact]
    public void Operations_HaveEveryRpcOfTheProto() => Assert.Equal(
        CenterReflection.Descriptor.Services.Single().Methods.Select(method => method.Name).Order(),
        OperationTable.All.Select(operation => operation.Rpc.Name).Distinct().Order());

    [Fact]
    public void Operations_NameFieldsThatAreThere() => Assert.All(OperationTable.All, operation =>
    {
        Assert.All(operation.Query.Values, field => Assert.NotNull(operation.Request.FindFieldByName(field)));
        Assert.All(OpenApiParameters.InPath(operation), field => Assert.NotNull(operation.BodyMessage.FindFieldByName(field)));
        Assert.Equal(operation.KeyField is not null, operation.Request.FindFieldByName("key") is not null);
        Assert.Equal(operation.Rpc.IsServerStreaming, operation.Event is not null);
        Assert.NotEmpty(operation.Summary);
        Assert.NotEmpty(operation.Tag);
    });

    [Theory]
    [InlineData("PushRequest", "ttl_ms", "How long it is worth delivering, ms; 0 = QoS 0: no limit, QoS 1: as long as the app keeps messages. Longer than that is refused.")]
    [InlineData("PushRequest", "users", null)]
    [InlineData("Users", "users", "1 to 1,000, no repeats.")]
    [InlineData("StartKickRequest", "room", "The name of a gateway: the app's sessions there. With `app` empty (for keys of all apps): those of every app.")]
    [InlineData("GetPresenceReply", "complete", "False while the gateways claim again what the store may have lost: a user who is said to be offline may be online.")]
    public void Of_Field_IsTheCommentOfTheProto(string message, string field, string? comment) =>
        Assert.Equal(comment, ProtoComments.Of(CenterReflection.Descriptor.FindTypeByName<Google.Protobuf.Reflection.MessageDescriptor>(message).FindFieldByName(field)));
}
