using System.Net;
using System.Text.Json.Nodes;

namespace Microservices.Center.Tests.Support;

/// <summary>An answer, read to its end.</summary>
internal sealed record HttpAnswer(int Status, string? ContentType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException($"No JSON: {Text}");

    public static async Task<HttpAnswer> ReadAsync(HttpResponseMessage reply) => new(
        (int)reply.StatusCode,
        reply.Content.Headers.ContentType?.ToString(),
        await reply.Content.ReadAsStringAsync(),
        reply.Headers.Concat(reply.Content.Headers).ToDictionary(static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));

    /// <summary>The JSON of a good answer.</summary>
    public JsonNode Good(HttpStatusCode status = HttpStatusCode.OK)
    {
        Assert.True((int)status == Status, $"{Status}: {Text}");
        Assert.Equal("application/json", ContentType);
        Assert.Equal("no-store", Headers["Cache-Control"]);
        Assert.Equal("nosniff", Headers["X-Content-Type-Options"]);
        return Json;
    }

    /// <summary>Asserts that it is this problem.</summary>
    public void IsProblem(int status, string reason, string detail, string? field = null)
    {
        Assert.True(ContentType == "application/problem+json", $"{Status} {ContentType}: {Text}");
        var problem = Json;
        Assert.Equal(
            (status, reason, detail, field, status, $"urn:microservices:problem:{reason}"),
            (Status, (string?)problem["reason"], (string?)problem["detail"], (string?)problem["field"], (int?)problem["status"], (string?)problem["type"]));
        Assert.NotEqual(0, (int?)problem["code"]);
        Assert.NotEmpty((string?)problem["title"] ?? "");
        Assert.Equal("nosniff", Headers["X-Content-Type-Options"]);
    }
}
