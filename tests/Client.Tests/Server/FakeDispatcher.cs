using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microservices.Client.Endpoints;

namespace Microservices.Client.Tests.Server;

/// <summary>A dispatcher that names what the test says; away while it names nothing.</summary>
internal sealed class FakeDispatcher : HttpMessageHandler
{
    public static readonly Uri Address = new("http://dispatcher.example:8100");

    public volatile string? Answer;

    public ConcurrentQueue<string> Questions { get; } = [];

    public void Name(int ttlSeconds, params Endpoint[] endpoints) => Answer =
        $$"""{"endpoints":[{{string.Join(',', endpoints.Select(e => $$"""{"host":"{{e.Host}}","port":{{e.Port}},"transport":"tcp"}"""))}}],"ttl_seconds":{{ttlSeconds}},"heartbeat_ms":25000,"later":1}""";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Questions.Enqueue(request.RequestUri!.PathAndQuery);
        return Answer is { } answer
            ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer, Encoding.UTF8, "application/json") })
            : Task.FromException<HttpResponseMessage>(new HttpRequestException("away"));
    }
}
