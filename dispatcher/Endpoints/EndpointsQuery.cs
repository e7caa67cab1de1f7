using Microservices.Dispatcher.Selection;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>What a client asks, checked.</summary>
/// <param name="User">Null: the client has not said who it is.</param>
/// <param name="Network">Empty: not said.</param>
/// <param name="Transport">An index of <see cref="Rooms.Transports"/>.</param>
internal readonly record struct EndpointsQuery(string App, string? User, ReadOnlyMemory<char> Network, int Transport, FailedAddress[] Failed)
{
    public const string DefaultApp = "default";
    public const int MaxNetworkLength = 32;
    public const int MaxFailed = 32;
}
