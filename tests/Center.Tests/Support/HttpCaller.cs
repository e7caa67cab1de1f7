using System.Text;

namespace Microservices.Center.Tests.Support;

/// <summary>Calls a center by HTTP with a key; null = without one.</summary>
internal sealed class HttpCaller(Uri address, string? key) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };

    public Task<HttpAnswer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, headers);

    public Task<HttpAnswer> PostAsync(string path, string? json, params (string Name, string Value)[] headers) => SendAsync("POST", path, json, headers);

    public async Task<HttpAnswer> SendAsync(string verb, string path, string? json, params (string Name, string Value)[] headers)
    {
        using var reply = await RequestAsync(verb, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), HttpCompletionOption.ResponseContentRead, headers);
        return await HttpAnswer.ReadAsync(reply);
    }

    public async Task<HttpResponseMessage> RequestAsync(
        string verb, string path, HttpContent? content, HttpCompletionOption completion, params (string Name, string Value)[] headers)
    {
        // As it stands: an address that is read as one would be tidied up.
        var request = new HttpRequestMessage(new HttpMethod(verb), new Uri($"{_http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = content,
        };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await _http.SendAsync(request, completion);
    }

    public void Dispose() => _http.Dispose();
}
