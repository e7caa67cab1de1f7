using System.Text.Json.Nodes;

namespace Microservices.Center.Tests.Support;

/// <summary>A stream of server-sent events.</summary>
internal sealed class HttpEvents : IAsyncDisposable
{
    private readonly HttpResponseMessage _reply;
    private readonly StreamReader _lines;

    private HttpEvents(HttpResponseMessage reply, Stream body)
    {
        _reply = reply;
        _lines = new StreamReader(body);
    }

    public static async Task<HttpEvents> OpenAsync(HttpCaller http, string verb, string path, HttpContent? body = null)
    {
        var reply = await http.RequestAsync(verb, path, body, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((200, "text/event-stream"), ((int)reply.StatusCode, reply.Content.Headers.ContentType?.ToString()));
        return new HttpEvents(reply, await reply.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event, or a comment as ("", null); null at the end.</summary>
    public async Task<(string Name, JsonNode? Data)?> NextAsync()
    {
        var (name, data) = ("", (JsonNode?)null);
        while (await _lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (line.Length == 0)
            {
                return (name, data);
            }

            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = JsonNode.Parse(line[6..]);
            }
            else
            {
                Assert.Equal(":", line);
            }
        }

        return null;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _reply.Dispose();
        return ValueTask.CompletedTask;
    }
}
