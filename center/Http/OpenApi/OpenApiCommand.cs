namespace Microservices.Center.Http.OpenApi;

/// <summary><c>Microservices.Center openapi</c>: prints the OpenAPI document, which docs/openapi.json is a copy of.</summary>
internal static class OpenApiCommand
{
    public const string Name = "openapi";

    public static int Run(TextWriter output)
    {
        output.Write(OpenApiDocument.Text);
        return 0;
    }
}
