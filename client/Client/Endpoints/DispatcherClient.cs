using System.Net.Http.Json;
using System.Text.Json;

namespace Microservices.Client.Endpoints;

/// <summary>Asks the dispatchers for gateways.</summary>
internal sealed class DispatcherClient : IDisposable
{
    private const int MaxAnswerBytes = 256 * 1024;
    private const int MaxFailedNamed = 16;
    private const string Tcp = "tcp";
    private const string Tls = "tls";

    private readonly PushClientOptions _options;
    private readonly HttpClient _http;

    public DispatcherClient(PushClientOptions options)
    {
        _options = options;
        _http = options.DispatcherHandler is { } handler
            ? new HttpClient(handler, disposeHandler: false)
            : new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
        _http.MaxResponseContentBufferSize = MaxAnswerBytes;
        _http.Timeout = Timeout.InfiniteTimeSpan; // each call has its own, by the client's clock
    }

    /// <summary>The first useful answer of the dispatchers.</summary>
    /// <returns>Null: none of them has one.</returns>
    public async Task<EndpointList?> TryAskAsync(IReadOnlyCollection<Endpoint> failed, CancellationToken cancellationToken)
    {
        foreach (var dispatcher in _options.Dispatchers)
        {
            if (await TryAskAsync(dispatcher, failed, cancellationToken) is { } list)
            {
                return list;
            }
        }

        return null;
    }

    public void Dispose() => _http.Dispose();

    private async Task<EndpointList?> TryAskAsync(Uri dispatcher, IReadOnlyCollection<Endpoint> failed, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var answer = await _http.GetFromJsonAsync(AddressOf(dispatcher, failed), DispatcherJson.Default.DispatcherAnswer, either.Token);
            return answer is null ? null : ListOf(answer);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException or NotSupportedException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private Uri AddressOf(Uri dispatcher, IReadOnlyCollection<Endpoint> failed)
    {
        var query = $"app={Uri.EscapeDataString(_options.App)}&user={Uri.EscapeDataString(_options.User)}";
        if (_options.Network.Length > 0)
        {
            query += $"&network={Uri.EscapeDataString(_options.Network)}";
        }

        if (_options.Tls is not null)
        {
            query += $"&transport={Tls}";
        }

        if (failed.Count > 0)
        {
            query += $"&failed={Uri.EscapeDataString(string.Join(',', failed.Take(MaxFailedNamed)))}";
        }

        return new Uri($"{dispatcher.AbsoluteUri.TrimEnd('/')}/v1/endpoints?{query}");
    }

    private EndpointList? ListOf(DispatcherAnswer answer)
    {
        var endpoints = (answer.Endpoints ?? [])
            .Where(endpoint => _options.Tls is null ? endpoint.Transport is null or Tcp : endpoint.Transport == Tls)
            .Select(endpoint => Endpoint.TryCreate(endpoint.Host, endpoint.Port))
            .OfType<Endpoint>()
            .ToArray();
        return endpoints.Length == 0
            ? null
            : new EndpointList(endpoints, TimeSpan.FromSeconds(Math.Max(answer.TtlSeconds, 0)), TimeSpan.FromMilliseconds(answer.HeartbeatMs));
    }
}
