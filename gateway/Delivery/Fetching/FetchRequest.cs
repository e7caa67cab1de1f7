using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Fetching;

/// <summary>A page that a client asked for.</summary>
/// <param name="After">It begins behind this.</param>
/// <param name="Limit">How many messages at most.</param>
/// <param name="Id">The client's own name for the request.</param>
/// <param name="App">The app as the answer names it: <see cref="Session.NamedApp"/>.</param>
internal sealed record FetchRequest(Session Session, ChannelKind Channel, LogPosition After, int Limit, string Id, string App);
