using Microservices.Center.Console.Pages;
using Microservices.Hosting;
using Microsoft.Net.Http.Headers;

namespace Microservices.Center.Console.Assets;

/// <summary>All files of the pages; they come from here and from no other host.</summary>
internal static class ConsoleAssets
{
    public static readonly ConsoleAsset Styles = new("console.css", "text/css; charset=utf-8");
    public static readonly ConsoleAsset Script = new("console.js", "text/javascript; charset=utf-8");
    public static readonly ConsoleAsset Icon = new("console.svg", "image/svg+xml");

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var asset in new[] { Styles, Script, Icon })
        {
            app.MapGet($"{ConsolePaths.Assets}/{asset.Name}", context => WriteAsync(context, asset)).RequireListener(Listeners.Http);
        }
    }

    // Named by its content it never changes. While an update goes on another center may have another one: that one is not to be remembered.
    private static async Task WriteAsync(HttpContext context, ConsoleAsset asset)
    {
        PageHeaders.Set(context.Response);
        context.Response.Headers[HeaderNames.CacheControl] = context.Request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = asset.Content.Length;
        await context.Response.Body.WriteAsync(asset.Content, context.RequestAborted);
    }
}
