using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Microservices.Hosting.Listening;

/// <summary>A listener as the service composed it; its address comes from configuration.</summary>
/// <param name="Name">The name, of its section too.</param>
/// <param name="Configure">What is spoken.</param>
/// <param name="SpeaksHttp">Connections carry what endpoints are chosen by.</param>
/// <param name="Before">What a connection passes before all else, and whether TLS comes behind it: then it also limits the time that the handshake takes.</param>
/// <param name="OnlyTls">Without a certificate it does not listen.</param>
internal sealed record Listener(string Name, Action<ListenOptions> Configure, bool SpeaksHttp, Action<ListenOptions, bool>? Before, bool OnlyTls);
