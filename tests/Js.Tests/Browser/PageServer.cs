using System.Net;
using Microservices.Js.Tests.Npm;
using Microservices.Testing;

namespace Microservices.Js.Tests.Browser;

/// <summary>Serves the test page and the bundle on a port of loopback: an origin of its own.</summary>
internal sealed class PageServer : IDisposable
{
    private static readonly Dictionary<string, (string File, string Type)> Files = new()
    {
        ["/"] = (Path.Combine(Repository.Root, "tests", "Js.Tests", "Pages", "index.html"), "text/html"),
        ["/page.js"] = (Path.Combine(Repository.Root, "tests", "Js.Tests", "Pages", "page.js"), "text/javascript"),
        ["/push-client.min.js"] = (Path.Combine(JsPackage.Folder, "dist", "push-client.min.js"), "text/javascript"),
    };

    private readonly HttpListener _listener = new();

    public PageServer()
    {
        Origin = $"http://127.0.0.1:{FreePorts.Take()}";
        _listener.Prefixes.Add($"{Origin}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Origin { get; }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
            {
                // The browser went away, or the test has ended.
            }
        }
    }

    private static async Task AnswerAsync(HttpListenerContext context)
    {
        if (Files.TryGetValue(context.Request.Url!.AbsolutePath, out var found))
        {
            context.Response.ContentType = found.Type;
            await context.Response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(found.File));
        }
        else
        {
            context.Response.StatusCode = (int)HttpStatusCode.NotFound;
        }

        context.Response.Close();
    }
}
