using Microservices.Gateway.Transport;

namespace Microservices.Gateway.Delivery.Broadcasts;

/// <summary>What a recipient of one form gets of a batch.</summary>
/// <param name="Form">Which form.</param>
/// <param name="Framed">The frames as they leave.</param>
/// <param name="Bare">The same without what their connection puts around them: who comes back may come by another transport.</param>
/// <param name="Parts">What each is.</param>
/// <param name="Excepted">The numbers of sessions that some of them are not for.</param>
internal readonly record struct BroadcastView(RecipientForm Form, FrameRun Framed, FrameRun Bare, BroadcastForm.Part[] Parts, IReadOnlySet<ulong>? Excepted);
