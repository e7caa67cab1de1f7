using Microservices.Client;
using Microservices.Client.Endpoints;

namespace Microservices.Cli.CommandLine;

/// <summary>Who logs in, and where.</summary>
/// <param name="Token">Empty where there is a provider.</param>
internal sealed record ClientLogin(
    string App,
    string User,
    string Device,
    string Token,
    Func<CancellationToken, ValueTask<string>>? TokenProvider,
    IReadOnlyList<Uri> Dispatchers,
    IReadOnlyList<Endpoint> Endpoints,
    TlsOptions? Tls)
{
    /// <summary>Options of a client that does nothing else.</summary>
    public PushClientOptions ToOptions() =>
        new() { App = App, User = User, Device = Device, Token = Token, TokenProvider = TokenProvider, Dispatchers = Dispatchers, Endpoints = Endpoints, Tls = Tls };
}
