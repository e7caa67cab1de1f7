using Microservices.Client;
using Microservices.Client.Endpoints;

namespace Microservices.Cli.CommandLine;

/// <summary>Who logs in, and where.</summary>
internal sealed record ClientLogin(string App, string User, string Device, string Token, IReadOnlyList<Uri> Dispatchers, IReadOnlyList<Endpoint> Endpoints)
{
    /// <summary>Options of a client that does nothing else.</summary>
    public PushClientOptions ToOptions() =>
        new() { App = App, User = User, Device = Device, Token = Token, Dispatchers = Dispatchers, Endpoints = Endpoints };
}
