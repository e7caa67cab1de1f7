using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Microservices.Console.Tests.Support;

/// <summary>A caller that does what no browser does: it sends any header and form, and follows no redirect.</summary>
internal sealed partial class WebCaller : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="from">The last part of its own address, 127.0.0.x: wrong keys are counted by address.</param>
    public WebCaller(Uri address, byte from = 1)
    {
        var handler = new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false, ConnectCallback = ConnectAsync };
        _http = new HttpClient(handler) { BaseAddress = address };

        async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, from]), 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    public CookieContainer Cookies { get; } = new();

    public Task<HttpResponseMessage> GetAsync(string path, string? language = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (language is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Language", language);
        }

        return _http.SendAsync(request);
    }

    /// <summary>The page's text; it must answer 200.</summary>
    public async Task<string> ReadAsync(string path, string? language = null)
    {
        using var answer = await GetAsync(path, language);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) =>
        PostAsync(path, new FormUrlEncodedContent(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))));

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent content) => _http.PostAsync(path, content);

    public async Task<HttpResponseMessage> LogInAsync(string key)
    {
        var token = TokenOf(await ReadAsync("/console/login"));
        return await PostAsync("/console/login", ("token", token), ("key", key));
    }

    public static string TokenOf(string page) => Token().Match(page).Groups[1].Value;

    public static string FormOf(string page) => Form().Match(page).Groups[1].Value;

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("name=\"token\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("name=\"form\" value=\"([^\"]+)\"")]
    private static partial Regex Form();
}
