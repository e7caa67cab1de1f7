using Microservices.Client.Apps;
using Microservices.Client.Receiving;

namespace Microservices.Client.Messages;

/// <summary>Where a connection puts what arrives.</summary>
/// <param name="Messages">Takes chat and pushes.</param>
/// <param name="Fetches">Takes pages.</param>
/// <param name="Apps">Takes what is said of further apps.</param>
/// <param name="Error">Takes errors of requests.</param>
internal sealed record Inbox(Receiver Messages, Fetches Fetches, BoundApps Apps, Action<ServerError> Error);
