using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Load;

/// <summary>The gateway addresses that the connections share.</summary>
internal static class LoadTargets
{
    // Without a user the dispatcher answers at random: so many answers show its gateways in about their proportion.
    private const int Questions = 32;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <exception cref="CliException">An entry is not <c>host:port</c>, or its host is unknown.</exception>
    public static async Task<IReadOnlyList<EndPoint>> OfAsync(IEnumerable<string> gateways, CancellationToken cancellationToken)
    {
        var targets = new List<EndPoint>();
        foreach (var gateway in gateways)
        {
            var colon = gateway.LastIndexOf(':');
            if (colon <= 0 || !ushort.TryParse(gateway.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            {
                throw new CliException($"--gateway '{gateway}' is not host:port");
            }

            targets.Add(await ResolveAsync(gateway[..colon].Trim('[', ']'), port, cancellationToken));
        }

        return targets;
    }

    /// <summary>First addresses as the dispatcher gives them out, repeats included.</summary>
    /// <exception cref="CliException">The dispatcher does not answer, or names nothing.</exception>
    public static async Task<IReadOnlyList<EndPoint>> FromDispatcherAsync(Uri dispatcher, string app, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Timeout }) { Timeout = Timeout };
        var targets = new List<EndPoint>(Questions);
        for (var i = 0; i < Questions; i++)
        {
            targets.Add(await AskAsync(http, new Uri(dispatcher, $"/v1/endpoints?app={Uri.EscapeDataString(app)}"), cancellationToken));
        }

        return targets;
    }

    private static async Task<EndPoint> AskAsync(HttpClient http, Uri question, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(question, cancellationToken);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw new CliException($"The dispatcher at {question.GetLeftPart(UriPartial.Authority)} refused: {body.GetProperty("detail").GetString()}");
            }

            var first = body.GetProperty("endpoints")[0];
            return await ResolveAsync(first.GetProperty("host").GetString()!, first.GetProperty("port").GetUInt16(), cancellationToken);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"No dispatcher answers at {question.GetLeftPart(UriPartial.Authority)}: {(fault is TaskCanceledException ? "no answer in time" : fault.Message)}");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new CliException($"What answers at {question.GetLeftPart(UriPartial.Authority)} is not a dispatcher");
        }
    }

    private static async Task<EndPoint> ResolveAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return new IPEndPoint(address, port);
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return addresses.Length > 0 ? new IPEndPoint(addresses[0], port) : throw new CliException($"Gateway host '{host}' has no address");
        }
        catch (System.Net.Sockets.SocketException fault)
        {
            throw new CliException($"Gateway host '{host}' is unknown: {fault.Message}");
        }
    }
}
