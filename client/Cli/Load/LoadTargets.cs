using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Engine;

namespace Microservices.Cli.Load;

/// <summary>The gateway addresses that the connections share.</summary>
internal static class LoadTargets
{
    // Without a user the dispatcher answers at random: so many answers show its gateways in about their proportion.
    private const int Questions = 32;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <exception cref="CliException">An entry is not <c>host:port</c>, or its host is unknown.</exception>
    public static async Task<IReadOnlyList<LoadTarget>> OfAsync(IEnumerable<string> gateways, CancellationToken cancellationToken)
    {
        var targets = new List<LoadTarget>();
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

    /// <summary>First addresses as the dispatcher gives them out for a transport, repeats included.</summary>
    /// <exception cref="CliException">The dispatcher does not answer, or names nothing for it.</exception>
    public static async Task<IReadOnlyList<LoadTarget>> FromDispatcherAsync(Uri dispatcher, string app, string transport, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Timeout }) { Timeout = Timeout };
        var targets = new List<LoadTarget>(Questions);
        for (var i = 0; i < Questions; i++)
        {
            targets.Add(await AskAsync(http, new Uri(dispatcher, $"/v1/endpoints?app={Uri.EscapeDataString(app)}&transport={transport}"), transport, cancellationToken));
        }

        return targets;
    }

    private static async Task<LoadTarget> AskAsync(HttpClient http, Uri question, string transport, CancellationToken cancellationToken)
    {
        var dispatcher = question.GetLeftPart(UriPartial.Authority);
        try
        {
            using var answer = await http.GetAsync(question, cancellationToken);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw new CliException($"The dispatcher at {dispatcher} refused: {body.GetProperty("detail").GetString()}");
            }

            var first = body.GetProperty("endpoints")[0];
            var named = first.TryGetProperty("transport", out var property) ? property.GetString() : "tcp";
            return named == transport
                ? await ResolveAsync(first.GetProperty("host").GetString()!, first.GetProperty("port").GetUInt16(), cancellationToken)
                : throw new CliException($"The dispatcher at {dispatcher} names an address of '{named}' in place of '{transport}'");
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"No dispatcher answers at {dispatcher}: {(fault is TaskCanceledException ? "no answer in time" : fault.Message)}");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new CliException($"What answers at {dispatcher} is not a dispatcher");
        }
    }

    private static async Task<LoadTarget> ResolveAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return LoadTarget.Of(new IPEndPoint(address, port));
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return addresses.Length > 0 ? new LoadTarget(new IPEndPoint(addresses[0], port), host) : throw new CliException($"Gateway host '{host}' has no address");
        }
        catch (System.Net.Sockets.SocketException fault)
        {
            throw new CliException($"Gateway host '{host}' is unknown: {fault.Message}");
        }
    }
}
